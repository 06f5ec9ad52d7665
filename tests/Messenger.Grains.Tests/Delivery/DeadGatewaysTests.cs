using System.Reflection;
using Messenger.Contracts.Placement;
using Messenger.Grains.Delivery;
using Messenger.Grains.Tests.Recovery;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;
using Xunit;

namespace Messenger.Grains.Tests.Delivery;

/// <summary>When the row of a dead gateway's stream is tidied up. That it goes is seen in <see cref="GatewayStreamTests"/>.</summary>
public sealed class DeadGatewaysTests
{
    private static readonly SiloAddress Self = Cluster.Silo(1);
    private static readonly SiloAddress Gone = Cluster.Silo(2);

    private readonly Clock _clock = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_cluster_has_three_seconds_to_settle_first()
    {
        using var dead = New();
        dead.SiloStatusChangeNotification(Gone, SiloStatus.Dead);
        await _clock.Waits.Task.WaitAsync(TimeSpan.FromSeconds(10));

        _clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(_asked.Task.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(.1));
        await _asked.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private DeadGateways New() => new(
        Answering<IStreamSubscriptionManagerAdmin>(_ => Answering<IStreamSubscriptionManager>(Manage)),
        silos: null!,
        new Cluster().With(Self, role: SiloRoles.Gateway).View,
        _clock,
        NullLogger<DeadGateways>.Instance);

    private object Manage(string method)
    {
        _asked.TrySetResult();
        return method == nameof(IStreamSubscriptionManager.GetSubscriptions) ? Task.FromResult(Enumerable.Empty<StreamSubscription>()) : Task.CompletedTask;
    }

    private static T Answering<T>(Func<string, object> result)
        where T : class
    {
        var made = DispatchProxy.Create<T, Proxy>();
        ((Proxy)(object)made).Answer = (method, _) => result(method);
        return made;
    }

    /// <summary>Tells when it is waited for.</summary>
    private sealed class Clock : FakeTimeProvider
    {
        public TaskCompletionSource Waits { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Waits.TrySetResult();
            return timer;
        }
    }
}
