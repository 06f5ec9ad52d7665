using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;
using Messenger.Ports;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Messenger.Grains.Recovery;

/// <summary>Has the conversations delete what has expired: on one worker of the cluster. Whether a deletion comes to be is the conversation's matter, and fenced there.</summary>
internal sealed class ExpiryService(
    IExpiries expiries, IPushStore pushes, IGrainFactory grains, ClusterView cluster, TimeProvider timeProvider, ILogger<ExpiryService> logger)
    : LeaderLoop(cluster, SiloRoles.Worker, Interval, MaintenanceService.Pause, timeProvider)
{
    /// <summary>About one batch a minute for a conversation, and nothing is there a minute after its time: what is left of it is for the round itself.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(45);

    /// <summary>Conversations of one step.</summary>
    internal const int Step = 500;

    /// <summary>At the same time: each is a commit, and these share batches.</summary>
    private const int MaxConcurrency = 16;

    /// <summary>Where the round is: one that fails keeps nobody behind it waiting, and comes again with the next round.</summary>
    private Guid _after;

    protected override Task<bool> DoStep(CancellationToken stopping) => Sweep();

    /// <summary>One step. True when there is more of this round.</summary>
    internal async Task<bool> Sweep()
    {
        try
        {
            if (_after == Guid.Empty)
            {
                await pushes.ForgetExpired(Clock.GetUtcNow().ToUnixTimeMilliseconds());
            }

            var due = await expiries.Conversations(Clock.GetUtcNow().ToUnixTimeMilliseconds(), _after, Step);
            _after = due.Count < Step ? Guid.Empty : due[^1];
            await BoundedParallel.ForEach(due, MaxConcurrency, Expire);
            return due.Count == Step;
        }
        catch (StoreUnavailableException fault)
        {
            Log.SweepFailed(logger, fault);
            return false;
        }
    }

    private async Task Expire(Guid conversation)
    {
        try
        {
            await grains.GetGrain<IConversationExpiry>(conversation).ExpireDue();
        }
#pragma warning disable CA1031 // Its worker is gone or its store is away: it is due still.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.SweepFailed(logger, fault);
        }
    }
}
