using Messenger.Conformance;
using Spectre.Console;

namespace Messenger.Cli.Commands;

/// <summary>Verdicts for people: a line for each rule, what is broken once more in full, and the sum.</summary>
internal static class ConformanceTable
{
    /// <summary>What stands before a rule's text; the least that is left for it.</summary>
    private const int Marks = 20;
    private const int Least = 40;

    public static void Show(IReadOnlyList<Verdict> verdicts)
    {
        var width = Math.Max(Least, AnsiConsole.Profile.Width - Marks);
        foreach (var verdict in verdicts)
        {
            var (mark, colour) = verdict.Result switch
            {
                Result.Holds => ("holds", "green"),
                Result.Broken => ("BROKEN", "red bold"),
                Result.NotTried => ("not tried", "yellow"),
                _ => ("-", "grey"),
            };
            var text = verdict.Result switch
            {
                Result.Holds or Result.Broken => verdict.Rule.Text,
                Result.NotTried => verdict.Message ?? string.Empty,
                _ => $"not checkable: {verdict.Message}",
            };
            AnsiConsole.MarkupLine($"[{colour}]{mark,-9}[/] {verdict.Rule.Id,-8}  {Markup.Escape(Short(text, width))}");
        }

        foreach (var verdict in verdicts.Where(verdict => verdict.Result == Result.Broken))
        {
            AnsiConsole.MarkupLineInterpolated($"\n[red bold]{verdict.Rule.Id}[/] {verdict.Rule.Text}");
            foreach (var line in (verdict.Message ?? string.Empty).Split('\n'))
            {
                AnsiConsole.MarkupLineInterpolated($"   [red]{line}[/]");
            }
        }

        AnsiConsole.MarkupLineInterpolated($"\n{Count(Result.Holds)} rules hold, {Count(Result.Broken)} broken, {Count(Result.NotTried)} not tried here, {Count(Result.NotCheckable)} not checkable from outside.");

        int Count(Result result) => verdicts.Count(verdict => verdict.Result == result);
    }

    private static string Short(string text, int width)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= width ? line : line[..(width - 4)].TrimEnd() + " ...";
    }
}
