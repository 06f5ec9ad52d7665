using System.Text.Encodings.Web;
using System.Text.Json;

namespace Messenger.Conformance.Reports;

/// <summary>One JSON object a line: each rule, and at the end the sum.</summary>
public static class JsonLines
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<Verdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        var lines = verdicts.Select(verdict => JsonSerializer.Serialize(
            new
            {
                rule = verdict.Rule.Id,
                text = verdict.Rule.Text,
                result = Name(verdict.Result),
                message = verdict.Message,
                milliseconds = Math.Round(verdict.Took.TotalMilliseconds),
                checks = verdict.Outcomes.Select(outcome => outcome.Check.Title),
            },
            Options));
        var sum = JsonSerializer.Serialize(
            Enum.GetValues<Result>().ToDictionary(Name, result => verdicts.Count(verdict => verdict.Result == result)), Options);
        return string.Join('\n', lines.Append(sum)) + "\n";
    }

    /// <summary>How a result is spelled for programs.</summary>
    public static string Name(Result result) => result switch
    {
        Result.Holds => "holds",
        Result.Broken => "broken",
        Result.NotTried => "notTried",
        _ => "notCheckable",
    };
}
