using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Messenger.Cli.Terminal;

/// <summary>Help that shows how a command is used, and what its exit codes mean.</summary>
internal static class HelpText
{
    private static readonly Dictionary<Command, string[]> Shown = [];

    /// <summary>Commands as one would type them; they stand at the end of the help.</summary>
    public static void Examples(this Command command, params string[] lines) => Shown[command] = lines;

    /// <summary>The examples of a command.</summary>
    public static IReadOnlyList<string> ExamplesOf(Command command) => Shown.GetValueOrDefault(command) ?? [];

    /// <summary>A command as one types it, from the program's name on.</summary>
    public static IEnumerable<string> Path(CommandResult command) =>
        command.Parent is CommandResult above ? [.. Path(above), command.Command.Name] : ["messenger"];

    /// <summary>Adds the examples to the help of every command.</summary>
    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Action((SynchronousCommandLineAction)help.Action!);
    }

    private sealed class Action(SynchronousCommandLineAction usual) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var code = usual.Invoke(parseResult);
            var command = parseResult.CommandResult.Command;
            var output = parseResult.InvocationConfiguration.Output;
            if (Shown.TryGetValue(command, out var lines))
            {
                output.WriteLine("Examples:");
                foreach (var line in lines)
                {
                    output.WriteLine($"  {line}");
                }

                output.WriteLine();
            }

            if (command is RootCommand)
            {
                output.WriteLine("Exit codes:");
                foreach (var (exit, means) in ExitCodes.All)
                {
                    output.WriteLine($"  {exit,-5} {means}");
                }

                output.WriteLine();
            }

            return code;
        }
    }
}
