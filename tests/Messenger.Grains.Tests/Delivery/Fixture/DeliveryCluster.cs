using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.Hosting;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Messenger.Delivery.Fixture;

/// <summary>Silos in this process, each with a role, over storage that outlives them.</summary>
public sealed class DeliveryCluster : IAsyncDisposable
{
    /// <summary>A call to a silo that died may take the 30 s of a response, and be made once more.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(80);
    private readonly InProcessTestCluster _cluster;

    private DeliveryCluster(InProcessTestCluster cluster, DurableStorage storage, RecordedPushes pushes) =>
        (_cluster, Storage, Pushes) = (cluster, storage, pushes);

    public DurableStorage Storage { get; }

    public RecordedPushes Pushes { get; }

    /// <summary>Outlives every silo.</summary>
    public FakePushStore Queue { get; private init; } = null!;

    public IClusterClient Client => _cluster.Client;

    public static async Task<DeliveryCluster> Start(
        string[] roles, Action<ISiloBuilder, bool>? more = null, Action<ISiloBuilder, bool>? streams = null)
    {
        var storage = new DurableStorage();
        var pushes = new RecordedPushes();
        var queue = new FakePushStore();
        var builder = new InProcessTestClusterBuilder((short)roles.Length);
        builder.Options.AssumeHomogenousSilosForTesting = false;
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((options, silo) =>
        {
            var index = int.Parse(options.SiloName.AsSpan(options.SiloName.LastIndexOf('_') + 1), System.Globalization.CultureInfo.InvariantCulture);
            var role = roles[Math.Min(index, roles.Length - 1)];
            var isGateway = role != SiloRoles.Worker;
            storage.AddTo(silo, "state", "PubSubStore");
            silo.AddSiloRole(role);
            silo.Services.AddSingleton<IPushSender>(pushes);
            silo.Services.AddSingleton<IPushStore>(queue);
            silo.Services.AddSingleton<IUnreadCounts>(queue);
            if (streams is null)
            {
                silo.AddGatewayStreams();
            }
            else
            {
                streams(silo, isGateway);
            }

            if (role != SiloRoles.Gateway)
            {
                silo.AddDevices();
            }

            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));

            // A killed silo is noticed in two seconds instead of ten.
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromSeconds(1);
                membership.NumMissedProbesLimit = 2;
                membership.NumVotesForDeathDeclaration = 1;
            });

            // A call that was on its way to a silo that dies may have to wait so long: twice within a test's patience.
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = Timeout / 2.5);
            more?.Invoke(silo, isGateway);
        });
        var built = builder.Build();
        await built.DeployAsync().WaitAsync(Timeout);
        return new DeliveryCluster(built, storage, pushes) { Queue = queue };
    }

    public IServiceProvider Silo(int index) => _cluster.GetSiloServiceProvider(Address(index));

    public SiloAddress Address(int index) => _cluster.Silos.Single(silo => silo.Name.EndsWith("_" + index, StringComparison.Ordinal)).SiloAddress;

    public Task Kill(int index) => _cluster.KillSiloAsync(_cluster.Silos.Single(silo => silo.Name.EndsWith("_" + index, StringComparison.Ordinal))).WaitAsync(Timeout);

    public Task Stop(int index) => _cluster.StopSiloAsync(_cluster.Silos.Single(silo => silo.Name.EndsWith("_" + index, StringComparison.Ordinal))).WaitAsync(Timeout);

    public Task Deactivate(IAddressable grain) => _cluster.DeactivateAsync(grain).WaitAsync(Timeout);

    public Task Migrate(IAddressable grain, int to) => _cluster.MigrateAsync(grain, Address(to)).WaitAsync(Timeout);

    /// <summary>Waits for something of the silos' own making, which no test can time.</summary>
    public static async Task Until(Func<ValueTask<bool>> holds, string what)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
        {
            try
            {
                await poll.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"it did not happen in {Timeout.TotalSeconds} s: {what}");
            }
        }
    }

    public static Task Until(Func<bool> holds, string what) => Until(() => ValueTask.FromResult(holds()), what);

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync().WaitAsync(Timeout);
        await _cluster.DisposeAsync();
    }
}

/// <summary>A provider that takes everything, unless a test has it say something else.</summary>
public sealed class RecordedPushes : IPushSender
{
    public ConcurrentQueue<Push> All { get; } = new();

    public Func<Push, PushOutcome> Answer { get; set; } = _ => PushOutcome.Taken;

    /// <summary>Instead of it, of a provider that takes its time.</summary>
    public Func<Push, Task<PushOutcome>>? AnswerLater { get; set; }

    public Task<PushOutcome> Send(Push push, CancellationToken cancellation)
    {
        All.Enqueue(push);
        return AnswerLater?.Invoke(push) ?? Task.FromResult(Answer(push));
    }
}

/// <summary>Notifications for tests.</summary>
public static class TestNotifications
{
    public static readonly string User = new string('A', 43) + "=";

    public static string Device(int n = 0) => $"{User}/device-{n}";

    public static SerializedNotification Of(int n, int size = 16, PushHint? push = null) =>
        new("NotificationNewPublicKey", [.. BitConverter.GetBytes(n), .. new byte[Math.Max(0, size - 4)]], true, push, 0);

    public static SerializedNotification Typing() => new("NotificationTyping", [], false, null, 0);

    public static int Index(SerializedNotification notification) => BitConverter.ToInt32(notification.Payload);
}
