using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Messenger.Conformance.Checks;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance;

/// <summary>Tries the rules of the protocol on a server.</summary>
public sealed class Inspection(Target target)
{
    /// <summary>
    /// What a check may take, in answers that are nearly too late. A server that is wrong can lead a check in circles, such as with a page that is always
    /// the first.
    /// </summary>
    private const int MostTimeouts = 30;

    private readonly People _people = new(target);

    /// <summary>What a person is told who waits, such as for the server's limits.</summary>
    public event Action<string>? Waiting
    {
        add => _people.Waiting += value;
        remove => _people.Waiting -= value;
    }

    /// <summary>The checks of these rules, each once.</summary>
    public static IReadOnlyList<Check> ChecksOf(IReadOnlyCollection<Rule> rules)
    {
        var ids = rules.Select(rule => rule.Id).ToHashSet();
        return [.. AllChecks.List.Where(check => check.Rules.Any(ids.Contains))];
    }

    /// <summary>Tries these rules one check after the other; those that wait on purpose run beside the rest.</summary>
    /// <param name="done">Told of each check as it ends, one at a time.</param>
    /// <exception cref="WebSocketException">Nobody answers there.</exception>
    public async Task<IReadOnlyList<Verdict>> Run(IReadOnlyCollection<Rule> rules, Action<Outcome>? done = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rules);
        await using (var knock = new Phone(Account.New(target.Prefix)))
        {
            await knock.Connect(target.Url);
        }

        var outcomes = new ConcurrentQueue<Outcome>();
        var telling = new Lock();
        var checks = ChecksOf(rules);
        var beside = checks.Where(check => check.Waits > TimeSpan.Zero).Select(Try).ToList();
        foreach (var check in checks.Where(check => check.Waits == TimeSpan.Zero).OrderBy(check => check.Last))
        {
            cancellation.ThrowIfCancellationRequested();
            await Try(check).WaitAsync(cancellation);
        }

        await Task.WhenAll(beside).WaitAsync(cancellation);
        return [.. rules.Select(rule => Verdict.Of(rule, outcomes))];

        async Task Try(Check check)
        {
            var outcome = await Run(check);
            outcomes.Enqueue(outcome);
            lock (telling)
            {
                done?.Invoke(outcome);
            }
        }
    }

    /// <summary>Tries one check.</summary>
    public async Task<Outcome> Run(Check check)
    {
        ArgumentNullException.ThrowIfNull(check);
        Timeouts.Use(target.Timeout);
        var began = Clock.Now;
        try
        {
            await using var fixture = new CheckFixture(_people);
            await End(check.Run(fixture), check.Waits + (MostTimeouts * Timeouts.Frame));
            return Ended(Result.Holds, null);
        }
        catch (NotTriedException reason)
        {
            return Ended(Result.NotTried, reason.Message);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Whatever it is, it is what the server made of this check.
            return Ended(Result.Broken, Said(fault));
        }

        Outcome Ended(Result result, string? message) => new(check, result, message, Clock.Now - began);
    }

    /// <summary>Waits for its end, and as long as the server's own limits have somebody wait.</summary>
    private async Task End(Task check, TimeSpan most)
    {
        using var ended = new CancellationTokenSource();
        var before = _people.Waits;
        while (await Task.WhenAny(check, Task.Delay(most, ended.Token)) != check)
        {
            var now = _people.Waits;
            if (!now.Now && now.Ever == before.Ever)
            {
                // It goes on until its connections are closed under it.
                throw new BrokenRuleException($"it came to no end within {most.TotalSeconds:0} s");
            }

            before = now;
        }

        await ended.CancelAsync();
        await check;
    }

    private static string Said(Exception fault) => fault switch
    {
        BrokenRuleException or ProtocolBrokenException or ConnectionBrokenException or TimeoutException => fault.Message,
        KeyNotFoundException or InvalidOperationException or JsonException => $"a payload is not as it should be: {fault.Message}",
        _ => $"{fault.GetType().Name}: {fault.Message}",
    };
}
