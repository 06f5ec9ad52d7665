using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.Hosting;
using Messenger.Grains.Recovery;
using Messenger.Host.Admin;
using Messenger.Host.Configuration;
using Messenger.Host.Membership;
using Messenger.Host.Starting;
using Messenger.Providers.Postgres;
using Messenger.Providers.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Messenger.Host.Composition;

/// <summary>The silo: membership, grain state, time-outs, and what lives on it.</summary>
internal static class SiloComposition
{
    /// <summary>
    /// The grain state of users and registrations, and the stream subscriptions of gateways of the last version, whose actors may live here during an upgrade.
    /// </summary>
    private static readonly string[] GrainStorages = ["state", "PubSubStore"];

    public static ISiloBuilder AddMessenger(this ISiloBuilder silo, Settings settings, Listening listening, Joined? joined, SiloTls? tls)
    {
        silo.Services.AddSingleton(TimeProvider.System);
        silo.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, FatalErrors>());
        silo.AddStreaming();
        silo.Configure<SiloOptions>(options => options.SiloName = InstanceName.Value);
        silo.Services.AddRecovery(alone: settings.Cluster is null);
        silo.Services.Configure<RetentionOptions>(options =>
            (options.Messages, options.Files, options.Audit) =
                (settings.Integrations.Retention.Messages, settings.Integrations.Retention.Files, settings.Integrations.Retention.Audit));
        silo.AddSiloRole(settings.Silo.Role);
        silo.AddDashboardOf(settings.Integrations.Admin.Port);
        silo.Membership(listening, joined, tls);
        silo.Directory();
        silo.GrainState(settings);
        silo.AddForeignExceptions();
        silo.Limits();
        return silo.AddActors(settings);
    }

    private static void Membership(this ISiloBuilder silo, Listening listening, Joined? joined, SiloTls? tls)
    {
        if (joined is null)
        {
            silo.UseLocalhostClustering(listening.Port, gatewayPort: 0, serviceId: ClusterConstants.ServiceId, clusterId: "embedded");
            return;
        }

        tls?.Apply(silo);
        silo.AddPathMonitor();
        silo.AddMembership(joined);
        silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (ClusterConstants.ServiceId, joined.Cluster));
        silo.Configure<EndpointOptions>(options =>
        {
            options.SiloPort = listening.Port;

            // Gateways are silos: nothing joins as an Orleans client.
            options.GatewayPort = 0;
            if (listening.Advertised is { } address)
            {
                options.AdvertisedIPAddress = address;
            }
        });
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            // Three missed probes of at most two seconds: a silo that died, hangs, or whose host vanished is declared dead in six to nine seconds, and
            // until then its users wait. A refused connection counts as a missed probe. One second made a busy machine vote out the living.
            options.ProbeTimeout = TimeSpan.FromSeconds(2);
            options.NumMissedProbesLimit = 3;

            // Orleans lets a probe grow to four times that, and votes for nobody who was heard of within three of those: 24 s for a silo that hangs.
            // So it is six seconds: a pause of three ends nobody, whatever its probes say.
            options.MaxProbeTimeout = options.ProbeTimeout;

            // A probe by way of a third silo tells whether the other one lives, and not whether calls reach it: a path that is cut in one direction
            // would never be noticed. Two silos have to miss it themselves, so that one that is cut off itself ends nobody.
            options.EnableIndirectProbes = false;

            // Grown by what a busy machine does to this silo, three probes would outlast every bound. The six seconds are its margin.
            options.ExtendProbeTimeoutDuringDegradation = false;

            // Who joins needs an answer of everybody said to be alive: a row that went stale for so long is not waited for.
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            options.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        });
    }

    /// <summary>
    /// Which silo a grain lives on, strongly consistent: the directory's ranges are handed over before a silo leaves, so that no grain lives
    /// twice while it does. Orleans' default one is eventually consistent, and made a conversation's two activations overlap in a rolling restart.
    /// </summary>
    private static void Directory(this ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003 // Said to be experimental since Orleans 9: the log's terms fence what it may miss, and the chaos tests run on it.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003

        // What a process remembers of where grains live: five for each of the 20 000 connections it may have. The table is as large as that from
        // the start, and the grains of 2 000 connections touch each page of it: Orleans' million took 5 KiB of each connection, in every process.
        silo.Configure<GrainDirectoryOptions>(options =>
        {
            options.CacheSize = 100_000;

            // After a crash the directory would let no grain of a lost range live again for another twelve seconds, so that a silo that is dead and does
            // not know it can end first: every request for those grains waits, also after the death of a gateway, which has ranges and no grains. What
            // such a silo might still do is fenced by what it would do it with: the log by its terms, grain state by its versions, telling by the lease.
            options.RangeLeaseDuration = TimeSpan.Zero;
        });
    }

    private static void GrainState(this ISiloBuilder silo, Settings settings)
    {
        foreach (var storage in GrainStorages)
        {
            silo.AddAdoNetGrainStorage(storage, options => (options.Invariant, options.ConnectionString) = settings.Cluster is { } cluster
                ? ("Npgsql", cluster.Store.GrainStateConnectionString)
                : ("System.Data.SQLite", new SqliteOptions(Store.Path(settings)).GrainStateConnectionString));
            GuardedGrainStorage.Guard(silo.Services, storage);
        }
    }

    private static void Limits(this ISiloBuilder silo)
    {
        silo.Configure<Orleans.Networking.Shared.SocketConnectionOptions>(options =>
        {
            // Orleans probes at its own level (membership) those silos alone that it watches: the others' connections may be silent for hours.
            options.KeepAliveTimeSeconds = ClusterConstants.KeepAliveSeconds;
            options.KeepAliveIntervalSeconds = 5;
            options.KeepAliveRetryCount = 2;
        });
        silo.Configure<SiloMessagingOptions>(options =>
        {
            // What a client is told after that is "unavailable". The stores give up sooner, so that the answer tells what happened.
            options.ResponseTimeout = TimeSpan.FromSeconds(10);
        });
        silo.Configure<GrainCollectionOptions>(options =>
        {
            // A grain costs memory, waking it one read. Who talks stays; the lease of a connection keeps its device awake.
            options.CollectionAge = TimeSpan.FromMinutes(5);
            options.CollectionQuantum = TimeSpan.FromMinutes(1);
        });
    }
}
