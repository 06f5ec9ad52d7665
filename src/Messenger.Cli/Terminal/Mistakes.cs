using System.CommandLine;

namespace Messenger.Cli.Terminal;

/// <summary>What is wrong with a command line, and what would be right.</summary>
internal static class Mistakes
{
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
            var accepted = string.Join(", ", command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name));
            yield return parsed.UnmatchedTokens is [var word, ..]
                ? $"'{path}' has no command '{word}': it takes {accepted}."
                : $"'{path}' takes a command: {accepted}.";
        }

        yield return $"See '{path} --help'.";
    }
}
