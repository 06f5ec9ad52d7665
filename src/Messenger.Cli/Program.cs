using System.CommandLine;
using Messenger.Cli;
using Messenger.Cli.Admin;
using Messenger.Cli.Commands;

var root = new RootCommand("Talks to a messenger server, end to end encrypted.")
{
    DemoCommand.Create(),
    RegisterCommand.Create(),
    WhoAmICommand.Create(),
    ChatCommand.Create(),
    SendCommand.Create(),
    HistoryCommand.Create(),
    WatchCommand.Create(),
    AdminCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        await Console.Error.WriteLineAsync(error.Message);
    }

    await Console.Error.WriteLineAsync("See --help.");
    return ExitCodes.Usage;
}

return await parsed.InvokeAsync();
