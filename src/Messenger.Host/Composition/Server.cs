using Messenger.Contracts.Placement;
using Messenger.Host.Admin;
using Messenger.Host.Configuration;
using Messenger.Host.Logging;
using Messenger.Host.Starting;

namespace Messenger.Host.Composition;

/// <summary>The HTTP server's life: where it listens, when it is up, how long it may take to stop.</summary>
internal static class Server
{
    /// <summary>
    /// Closing the connections at the configured pace, then leaving the cluster, which hands grains over. An orchestrator's own patience
    /// must be longer. 20 000 connections, the most a process may have here, take 50 s at the default pace.
    /// </summary>
    public static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(90);

    /// <summary>A start that failed leaves the cluster again, if that goes quickly: else the others find out by themselves.</summary>
    private static readonly TimeSpan GiveUpLimit = TimeSpan.FromSeconds(5);

    public static void AddServer(this WebApplicationBuilder builder, AdminSettings admin)
    {
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownLimit);
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]) && !HasPorts(builder.Configuration))
        {
            builder.WebHost.UseUrls(ListeningUrls.Default(builder.Environment));
        }

        if (admin.Port is { } port)
        {
            builder.AddAdminListener(port);
            builder.Services.AddSingleton(services => new TokenGuard(admin.Tokens, services.GetRequiredService<TimeProvider>()));
        }
    }

    /// <summary>Starts, says so, and returns after a graceful stop.</summary>
    public static async Task Serve(this WebApplication app, Settings settings, string? cluster, ConsoleLog console, IReadOnlyList<string> plaintext)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            using var limit = new CancellationTokenSource(GiveUpLimit);
            await app.StopAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            throw;
        }

        console.Started = true;
        Tell(app, settings, cluster, plaintext);
        app.Lifetime.ApplicationStopping.Register(() => EndAfter(ShutdownLimit, app.Logger));
        await app.WaitForShutdownAsync();
        Log.Stopped(app.Logger);
    }

    /// <summary>
    /// A stop that waits for a store which does not come back ends here: what is left is what a process that died leaves, and is taken over in the same way.
    /// </summary>
    private static void EndAfter(TimeSpan limit, ILogger logger)
    {
        // Not on the pool, which may be what hangs; it does not keep a process that ends in time.
        new Thread(() =>
        {
            Thread.Sleep(limit);
            Log.StopTookTooLong(logger, limit);
            ProcessEnd.With(ProcessEnd.StopTookTooLong);
        })
        { IsBackground = true, Name = nameof(EndAfter) }.Start();
    }

    /// <param name="plaintext">Connections without TLS that leave this machine.</param>
    private static void Tell(WebApplication app, Settings settings, string? cluster, IReadOnlyList<string> plaintext)
    {
        if (app.Environment.IsDevelopment())
        {
            Console.WriteLine(string.Join(Environment.NewLine, StartupBanner.Lines(settings, cluster, app.Urls.Where(url => new Uri(url.Replace("*", "localhost", StringComparison.Ordinal)).Port != settings.Integrations.Admin.Port))));
            return;
        }

        Log.Started(app.Logger, Release.Version, string.Join(", ", app.Urls), settings.Silo.Role, settings.Embedded);
        if (settings.Integrations.Sms.Provider == "console")
        {
            Log.ConsoleSms(app.Logger);
        }

        if (settings.Cluster is { Secret: null })
        {
            Log.NoClusterSecret(app.Logger, ConfigKeys.ClusterSecret.Name);
        }

        if (plaintext.Count > 0)
        {
            Log.Plaintext(app.Logger, string.Join(", ", plaintext), TransportKeys.Plaintext.Name);
        }

        if (settings.Silo.Tls is { Required: false })
        {
            Log.TlsPreferred(app.Logger, TransportKeys.Mode.Name);
        }

        if (!settings.Embedded && settings.Data.CredentialKeys is [] && settings.Silo.Role != SiloRoles.Gateway)
        {
            Log.NoCredentialKey(app.Logger, ConfigKeys.CredentialKey.Name);
        }
    }

    private static bool HasPorts(ConfigurationManager configuration) =>
        !string.IsNullOrEmpty(configuration["HTTP_PORTS"]) || !string.IsNullOrEmpty(configuration["HTTPS_PORTS"])
        || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
}
