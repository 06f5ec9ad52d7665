using System.Text;

namespace Messenger.Conformance.Reports;

/// <summary>Test Anything Protocol, version 13: a line for each rule.</summary>
public static class Tap
{
    public static string Write(IReadOnlyList<Verdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        var text = new StringBuilder().Append("TAP version 13\n").Append("1..").Append(verdicts.Count).Append('\n');
        foreach (var (number, verdict) in verdicts.Index())
        {
            text.Append(verdict.Result == Result.Broken ? "not ok " : "ok ").Append(number + 1).Append(" - ").Append(verdict.Rule.Id).Append(' ')
                .Append(Plain(verdict.Rule.Text));
            if (verdict.Result is Result.NotTried or Result.NotCheckable)
            {
                text.Append(" # SKIP ").Append(Plain(verdict.Message ?? string.Empty));
            }

            text.Append('\n');
            if (verdict.Result == Result.Broken)
            {
                text.Append("  ---\n  message: |\n");
                foreach (var line in (verdict.Message ?? string.Empty).Split('\n'))
                {
                    text.Append("    ").Append(line).Append('\n');
                }

                text.Append("  ...\n");
            }
        }

        return text.ToString();
    }

    /// <summary>A hash would begin a directive.</summary>
    private static string Plain(string text) => text.ReplaceLineEndings(" ").Replace("#", "\\#", StringComparison.Ordinal);
}
