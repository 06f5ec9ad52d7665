using Messenger.Conformance.Checks;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance;

/// <summary>What became of a check, or of a rule.</summary>
public enum Result
{
    /// <summary>As the protocol says.</summary>
    Holds,

    /// <summary>Otherwise.</summary>
    Broken,

    /// <summary>It could not be tried here and now.</summary>
    NotTried,

    /// <summary>It cannot be tried by any client.</summary>
    NotCheckable,
}

/// <summary>One check on one server.</summary>
/// <param name="Message">What was found, or why it was not tried; null where it holds.</param>
public sealed record Outcome(Check Check, Result Result, string? Message, TimeSpan Took);

/// <summary>One rule on one server: it holds when all of its checks do.</summary>
/// <param name="Message">As of <see cref="Outcome"/>, with the check that found it.</param>
/// <param name="Took">All of its checks together; a check may serve several rules.</param>
public sealed record Verdict(Rule Rule, Result Result, string? Message, IReadOnlyList<Outcome> Outcomes, TimeSpan Took)
{
    /// <summary>Judges a rule by the outcomes of its checks.</summary>
    public static Verdict Of(Rule rule, IEnumerable<Outcome> outcomes)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var own = outcomes.Where(outcome => outcome.Check.Rules.Contains(rule.Id)).ToList();
        var took = own.Aggregate(TimeSpan.Zero, (sum, outcome) => sum + outcome.Took);
        if (own.Count == 0)
        {
            return new Verdict(rule, Result.NotCheckable, AllChecks.NotCheckable.GetValueOrDefault(rule.Id, "there is no check"), own, took);
        }

        var result = own.Exists(outcome => outcome.Result == Result.Broken) ? Result.Broken
            : own.TrueForAll(outcome => outcome.Result == Result.NotTried) ? Result.NotTried
            : Result.Holds;
        var said = own.Where(outcome => outcome.Result == result && outcome.Message is not null)
            .Select(outcome => result == Result.Broken ? $"{outcome.Check.Title}: {outcome.Message}" : outcome.Message!).Distinct().ToList();
        return new Verdict(rule, result, said.Count > 0 ? string.Join("\n", said) : null, own, took);
    }
}
