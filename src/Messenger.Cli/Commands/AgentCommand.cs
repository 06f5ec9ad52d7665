using System.CommandLine;
using Messenger.Cli.Terminal;
using Messenger.Cli.Torture;

namespace Messenger.Cli.Commands;

/// <summary>This project's library as an agent of the client kit.</summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var command = new Command("agent", "An agent of `messenger torture` on this project's library: JSON lines in, JSON lines out") { Hidden = true };
        command.SetAction(async _ =>
        {
            await using var agent = new LibraryAgent();
            await agent.Run(Console.In, Console.Out);
            return ExitCodes.Done;
        });
        return command;
    }
}
