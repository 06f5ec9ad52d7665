using System.Globalization;
using Messenger.Testing.Processes;
using Messenger.Testing.Servers;
using Messenger.Telemetry;

namespace Messenger.Monitoring.Tests.Cluster;

/// <summary>A worker and a gateway, scraped by Prometheus and pushing OTLP, with people who use all that is measured.</summary>
public sealed class MonitoredCluster : IAsyncLifetime
{
    /// <summary>Long enough not to stand in an id by chance.</summary>
    private const string Code = "7391465028";

    private const int Messages = 20;

    private readonly List<IAsyncDisposable> _started = [];
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("messenger-monitored-");

    internal OtlpInlet Inlet { get; private set; } = null!;

    internal VictoriaServer Victoria { get; private set; } = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    internal ServerProcess Worker { get; private set; } = null!;

    internal ServerProcess Gateway { get; private set; } = null!;

    /// <summary>What must stand nowhere.</summary>
    internal List<string> Secrets { get; } = [Code];

    /// <summary>The trace that a client asked for, and the step of the client's that it belongs to.</summary>
    internal (string Trace, string Parent) Asked { get; } = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");

    public async Task InitializeAsync()
    {
        Victoria = await Own(VictoriaServer.Start());
        Inlet = await Own(OtlpInlet.Start(Victoria.Url));
        var postgres = await Own(PostgresServer.Start());
        var redis = await Own(RedisServer.Start());
        var database = postgres.CreateDatabase();
        var admins = Ports.Free(2);
        using var authority = new TestAuthority("monitored");
        var (certificate, key) = authority.Sign("silos");
        await ServerProcess.RunAsync(Settings("all", 0), "migrate");
        Worker = await Own(ServerProcess.StartAsync(Settings("worker", admins[0]), mayLogStackTraces: true));
        Gateway = await Own(ServerProcess.StartAsync(Settings("gateway", admins[1]), mayLogStackTraces: true));
        Prometheus = await Own(PrometheusServer.Start(admins));
        await Exchange();

        ServerSettings Settings(string role, int admin) => ServerSettings.InCluster(
            role, database, redis.ConnectionString, "monitored",
            ("Admin__Port", admin.ToString(CultureInfo.InvariantCulture)),
            ("Registration__FixedCode", Code),
            ("Sms__Provider", "webhook"),
            ("Sms__Webhook__Url", new Uri(Inlet.Url, "/sms").ToString()),
            ("Sms__Webhook__Secret", "a-secret-of-the-webhook"),
            ("Files__Directory", _files.CreateSubdirectory("files").FullName),
            ("Silo__Tls__Certificate", Pem("certificate", certificate)),
            ("Silo__Tls__Key", Pem("key", key)),
            ("Silo__Tls__Authority", Pem("authority", authority.Pem)),
            ("Silo__Tls__Name", "silos"),
            ("Logging__LogLevel__Messenger", "Debug"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", Inlet.Url.ToString()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
            ("OTEL_BSP_SCHEDULE_DELAY", "300"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "300"));
    }

    public async Task DisposeAsync()
    {
        _started.Reverse();
        foreach (var server in _started)
        {
            await server.DisposeAsync();
        }

        _files.Delete(recursive: true);
    }

    private string Pem(string name, string text)
    {
        var path = Path.Combine(_files.FullName, $"{name}.pem");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Registrations, a dialog, a push to somebody offline who comes back, and one traced message.</summary>
    private async Task Exchange()
    {
        await using var anna = await Join();
        await using var bert = await Join();
        await using var cleo = await Join();
        var dialog = await anna.Dialog(bert);
        var other = await anna.Dialog(cleo);
        (await cleo.Ask("RequestUpdateDeviceTokenByApplication", new { token = Keep(Opaque.Base64(24)), userId = (string?)null, uuid = cleo.Account.Application })).Done();
        for (var i = 0; i < Messages; i++)
        {
            var uuid = Opaque.Uuid();
            await anna.Say(dialog, uuid, Keep(Opaque.Base64(32)));
            await bert.Hear(uuid);
            await bert.Deliver(dialog, uuid);
        }

        // All at once: they go to the conversation together.
        var answers = new List<Task<Response>>();
        for (var i = 0; i < Messages; i++)
        {
            answers.Add(await anna.Connection.Send("RequestAddMessage", dialog.Draft(body: Keep(Opaque.Base64(32)))));
        }

        await Task.WhenAll(answers);

        // Somebody offline is pushed to, and comes back.
        await cleo.Connection.Cut();
        await anna.Say(other, body: Keep(Opaque.Base64(32)));
        await Deadlines.Until(
            () => Task.FromResult(Inlet.Units.ContainsKey(Signals.PushLag.Name)), Deadlines.Recovery, () => $"a push:\n{Worker.Log.Tail}");
        (await cleo.Return(Gateway.Settings.WebSocket)).Done();

        var traced = Opaque.Uuid();
        var draft = System.Text.Json.JsonSerializer.Serialize(dialog.Draft(traced, Keep(Opaque.Base64(32))));
        await anna.Connection.AskText("t1", $$"""{"type":"RequestAddMessage","id":"t1","traceparent":"00-{{Asked.Trace}}-{{Asked.Parent}}-01","payload":{{draft}}}""");
        await bert.Hear(traced);
    }

    private async Task<Phone> Join()
    {
        var account = Account.New();
        Keep(account.OpenUserId.TrimStart('+'));
        Keep(account.UserId);
        Keep(account.Application);
        return await Phone.Join(Gateway.Settings.WebSocket, account, codes: KnownCodes.Fixed(Code));
    }

    private string Keep(string secret)
    {
        Secrets.Add(secret);
        return secret;
    }

    private async Task<T> Own<T>(Task<T> start)
        where T : IAsyncDisposable
    {
        var server = await start;
        _started.Add(server);
        return server;
    }
}
