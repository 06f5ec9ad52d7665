using Messenger.Host.Admin;
using Messenger.Host.Commands;
using Messenger.Host.Composition;
using Messenger.Host.Configuration;
using Messenger.Host.Explorer;
using Messenger.Host.Health;
using Messenger.Host.Logging;
using Messenger.Host.Membership;
using Messenger.Host.Starting;

try
{
    var command = CommandLine.Parse(args);
    if (command.Verb is Verb.Help or Verb.Version)
    {
        Console.WriteLine(command.Verb == Verb.Version
            ? Release.Version
            : string.Join(Environment.NewLine, CommandLine.KeyLines().Prepend(CommandLine.Usage + Environment.NewLine)));
        return 0;
    }

    if (command.Verb == Verb.Check)
    {
        return await ReadinessProbe.IsReady(new Uri(command.Operand));
    }

    // Configuration: files beside the program, then the environment, then the command line. Data is below the current directory.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = command.Configuration,
        ContentRootPath = AppContext.BaseDirectory,
    });
    var settings = SettingsReader.Read(builder.Configuration, builder.Environment);
    if (command.Verb == Verb.Migrate)
    {
        if (command.Operand == CommandLine.NewIdentity)
        {
            Console.WriteLine(await Store.MakeAnother(settings));
            return 0;
        }

        foreach (var change in await Store.Migrate(settings))
        {
            Console.WriteLine($"{change}");
        }

        Console.WriteLine("The database is of this release's version.");
        return 0;
    }

    if (command.Verb == Verb.Run)
    {
        OpenDoors.Refuse(settings, builder.Configuration, builder.Environment);
        Plaintext.Refuse(settings, builder.Configuration, builder.Environment);
    }

    PrivateFiles.Require();

    if (command.Verb is Verb.Export or Verb.Import)
    {
        Console.WriteLine(await (command.Verb == Verb.Export ? TransferCommands.Export(settings, command.Operand) : TransferCommands.Import(settings, command.Operand)));
        return 0;
    }

    // Checks: whatever would stop the server later stops it here, in words.
    var listening = Listening.Find(settings.Silo);
    var tls = settings.Silo.Tls is { } silos ? new SiloTls(silos, TimeProvider.System) : null;
    using var store = await Store.Open(settings);
    var joined = settings.Cluster is { } cluster ? await Joining.Enter(cluster, store.Identity!) : null;
    await using var membership = joined?.Store;

    // The silo, the gateway on it, and what watches both.
    var console = ConsoleLog.Add(builder);
    builder.AddServer(settings.Integrations.Admin);
    builder.AddEdge(settings.Edge);
    builder.AddFilesCors(settings.Edge);
    builder.Host.UseOrleans(silo => silo.AddMessenger(settings, listening, joined, tls));
    builder.Services.AddStores(settings);
    builder.Services.AddSockets(settings);
    builder.Services.AddHealth();
    builder.Services.AddSingleton(settings).AddHostedService<OperatorAccounts>();
    builder.Services.AddOperatorsControls();
    builder.AddTelemetry(settings);

    await using var app = builder.Build();
    store.Changes.ToList().ForEach(change => Log.DataMigrated(app.Logger, change));
    await FileFolder.Check(settings, app.Services, app.Logger);
    app.BeginTelemetry(settings);
    app.UseEdge(settings.Edge);
    app.UseFilesCors(settings.Edge);
    app.MapAdmin(settings.Integrations.Admin, settings.Server.Version);
    app.MapConsole(settings.Integrations.Admin);
    app.MapHealth();
    app.MapSockets(settings);
    app.MapForDevelopers(settings);
    app.MapWeb(settings);
    app.MapRoot(settings);
    await app.Serve(settings, joined?.Cluster, console, Plaintext.Connections(settings, builder.Configuration, builder.Environment));
    return 0;
}
catch (Exception fault)
{
    await Console.Error.WriteLineAsync(StartupErrors.Sentence(fault));
    if (args.Any(arg => arg.EndsWith("LogLevel:Default=Debug", StringComparison.OrdinalIgnoreCase)))
    {
        await Console.Error.WriteLineAsync(fault.ToString());
    }

    return 1;
}
