using System.CommandLine;

namespace Messenger.Cli.Terminal;

/// <summary>What is wrong with a command line, and what would be right.</summary>
internal static class Mistakes
{
    /// <summary>Two letters that changed places count as two.</summary>
    private const int Near = 2;

    /// <summary>The lines to show, the last of which says where the help is.</summary>
    public static IEnumerable<string> In(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = string.Join(' ', HelpText.Path(parsed.CommandResult));
        if (command.Subcommands.Count == 0)
        {
            foreach (var error in parsed.Errors)
            {
                yield return error.Message;
            }
        }
        else
        {
            // It does nothing by itself. The parser would complain of the missing command, and then of every word.
            var names = command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name).ToList();
            var accepted = string.Join(", ", names);
            yield return parsed.UnmatchedTokens is [var word, ..]
                ? $"'{path}' has no command '{word}': it takes {accepted}."
                : $"'{path}' takes a command: {accepted}.";
            if (parsed.UnmatchedTokens is [var typed, ..] && names.MinBy(name => Distance(typed, name)) is { } meant && Distance(typed, meant) <= Near)
            {
                yield return $"Did you mean '{path} {meant}'?";
            }
        }

        yield return $"See '{path} --help'.";
    }

    /// <summary>How many letters must be put in, left out or changed (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var letter in from)
        {
            var diagonal = row[0]++;
            for (var i = 1; i <= to.Length; i++)
            {
                (diagonal, row[i]) = (row[i], Math.Min(Math.Min(row[i], row[i - 1]) + 1, diagonal + (letter == to[i - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
