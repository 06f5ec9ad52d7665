using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Ports.Flow;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Grains.Fanout;

/// <summary>
/// The ways from this silo to the users on others: one for each silo, with one call under way, and what gathers meanwhile goes in the next. A user is
/// looked for where its key places it (<see cref="ByKeyDirector"/>); who is not there is the caller's matter.
/// </summary>
internal sealed class Relays(
    IRelayClient relays, ISiloStatusOracle silos, ClusterView cluster, HandOvers handOvers, TimeProvider timeProvider, TaskScheduler? background = null)
    : ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>The metadata of a silo that has just joined may come a little later than the news of it.</summary>
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(1);

    /// <summary>Requests in one call: past some hundreds a bigger one is only later.</summary>
    private const int MaxBatch = 512;

    /// <summary>Bytes of one call, about.</summary>
    private const int MaxBatchBytes = 1024 * 1024;

    private readonly ConcurrentDictionary<SiloAddress, Coalescer<DeliveryRequest, bool>> _ways = new();
    private volatile Known _known = new([], null);

    /// <summary>
    /// False at once where there is nobody to ask; false later where the user or its device is not there; nothing happened then. When it throws, the
    /// user may have it or not.
    /// </summary>
    public Task<bool> Deliver(DeliveryRequest request) =>
        ByKeyDirector.Choose(request.UserId, Workers()) is { } silo && !silo.Equals(silos.SiloAddress)
            ? _ways.GetOrAdd(silo, to => To(relays.On(to), background)).Do(request, request.Weight)
            : NotHere;

    /// <summary>A call of a user's grain wherever it is: not while a silo that it may have to pass is about to be gone.</summary>
    public async Task<DeliveryResult> Call(IUserGrain user, DeliveryRequest request)
    {
        using var underWay = await handOvers.Begin();
        return await user.Deliver(request.Conversation, request.Term, request.Notifications.AsImmutable(), request.Except);
    }

    /// <summary>When what the other workers have under way is over, or they do not say so in time: they send nothing more by way of this silo. Never throws.</summary>
    public Task PauseElsewhere() => Task.WhenAll(cluster.Others(SiloRoles.Worker).Select(async silo =>
        await relays.On(silo).Pause(silos.SiloAddress).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext)));

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        _known = new([], null);
        if (status == SiloStatus.Dead)
        {
            // What waits for it fails with its calls.
            _ways.TryRemove(updatedSilo, out _);
        }
    }

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(Relays),
        ServiceLifecycleStage.RuntimeGrainServices,
        _ =>
        {
            silos.SubscribeToSiloStatusEvents(this);
            return Task.CompletedTask;
        },
        _ =>
        {
            silos.UnSubscribeFromSiloStatusEvents(this);
            return Task.CompletedTask;
        });

    /// <summary>The way to one relay. What waits is bounded: a conversation has one request for each user under way.</summary>
    internal static Coalescer<DeliveryRequest, bool> To(IRelay relay, TaskScheduler? background = null) =>
        new(requests => relay.Deliver(requests.AsImmutable()), new CoalescerBounds(MaxConcurrency: 1, MaxBatch, MaxBatchBytes, background));

    private static readonly Task<bool> NotHere = Task.FromResult(false);

    private SiloAddress[] Workers()
    {
        if (_known is { Since: { } since } last && timeProvider.GetElapsedTime(since) < RefreshInterval)
        {
            return last.Workers;
        }

        SiloAddress[] workers = [.. cluster.Active(SiloRoles.Worker)];
        _known = new(workers, timeProvider.GetTimestamp());
        return workers;
    }

    /// <param name="Since">When it was looked up; null: never.</param>
    private sealed record Known(SiloAddress[] Workers, long? Since);
}
