using System.CommandLine;
using System.CommandLine.Invocation;
using Messenger.Cli.Admin;
using Messenger.Cli.Commands;
using Messenger.Cli.Terminal;

var root = new RootCommand("Talks to a messenger server, end to end encrypted.")
{
    DemoCommand.Create(),
    RegisterCommand.Create(),
    WhoAmICommand.Create(),
    ChatCommand.Create(),
    SendCommand.Create(),
    HistoryCommand.Create(),
    WatchCommand.Create(),
    GroupCommands.Create(),
    FileCommands.Create(),
    PeopleCommands.Contacts(),
    PeopleCommands.Block(),
    PeopleCommands.Unblock(),
    DeviceCommands.Devices(),
    DeviceCommands.Link(),
    DeviceCommands.Lock(),
    StateCommands.Sync(),
    StateCommands.Mute(),
    RequestCommand.Create(),
    ConformanceCommand.Create(),
    ReplayCommand.Create(),
    TortureCommand.Create(),
    AgentCommand.Create(),
    CompletionCommand.Create(),
    AdminCommand.Create(),
};
HelpText.AddTo(root);
if (args.Length == 0)
{
    // Whoever types the bare name asks what there is.
    await root.Parse("--help").InvokeAsync();
    return ExitCodes.Usage;
}

var parsed = root.Parse(args);

// Asking for help or for a completion is no mistake, whatever is missing besides.
if (parsed is { Errors.Count: > 0, Action: null or ParseErrorAction })
{
    foreach (var line in Mistakes.In(parsed))
    {
        await Console.Error.WriteLineAsync(line);
    }

    return ExitCodes.Usage;
}

return await parsed.InvokeAsync();
