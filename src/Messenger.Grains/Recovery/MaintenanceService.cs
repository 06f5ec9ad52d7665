using Messenger.Contracts.Placement;
using Messenger.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messenger.Grains.Recovery;

/// <summary>
/// Removes the rows of deleted conversations, and what is older than the operator keeps it: in the background and in small steps,
/// on one worker of the cluster.
/// </summary>
internal sealed class MaintenanceService(
    IMessageLog messages, IMessageRetention oldMessages, IFileRetention oldFiles, IStateRetention states, IOptions<RetentionOptions> retention, ClusterView cluster,
    TimeProvider timeProvider, ILogger<MaintenanceService> logger)
    : LeaderLoop(cluster, SiloRoles.Worker, Interval, Pause, timeProvider)
{
    /// <summary>Nobody waits for these rows to go: their conversation is a tombstone already.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>An age is counted in days: a round through all conversations once an hour is plenty.</summary>
    internal static readonly TimeSpan RetentionInterval = TimeSpan.FromHours(1);

    /// <summary>Between two steps of one round, so that the log's commits have the disk in between.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Rows of one step: a fraction of a second, and no long transaction.</summary>
    internal const int Step = 10_000;

    /// <summary>No window of a limit is longer, and no activation that its silo's death did not end lives as long.</summary>
    internal static readonly TimeSpan ErasedAge = TimeSpan.FromDays(1);

    private DateTimeOffset _erasedDue;
    private readonly Round _messageRound = new();
    private readonly Round _fileRound = new();

    protected override Task<bool> DoStep(CancellationToken stopping) => Steps();

    /// <summary>One step of each kind. True when there is more to do soon. A store that is away is asked again in the next round.</summary>
    internal async Task<bool> Steps()
    {
        try
        {
            var more = await messages.Purge(Step) == Step;
            more |= await Age(_messageRound, "messages", retention.Value.Messages, oldMessages.Step);
            more |= await Age(_fileRound, "files", retention.Value.Files, oldFiles.Step);
            more |= await Erased();
            return more;
        }
        catch (StoreUnavailableException fault)
        {
            Log.PurgeFailed(logger, fault);
            return false;
        }
    }

    /// <summary>Once an hour, and on while there is more.</summary>
    private async Task<bool> Erased()
    {
        var now = Clock.GetUtcNow();
        if (now < _erasedDue)
        {
            return false;
        }

        if (await states.PurgeStates((now - ErasedAge).ToUnixTimeMilliseconds(), Step) >= Step)
        {
            return true;
        }

        _erasedDue = now + RetentionInterval;
        return false;
    }

    private async Task<bool> Age(Round round, string kind, TimeSpan? keep, Func<long, Guid?, int, bool, Task<RetentionStep>> step)
    {
        var now = Clock.GetUtcNow();
        if (keep is not { } age || now < round.Due)
        {
            return false;
        }

        var done = await step((now - age).ToUnixTimeMilliseconds(), round.After, Step, false);
        if (done.Removed > 0)
        {
            RetentionMeter.Removed(done.Removed, kind);
        }

        round.After = done.Next;
        if (done.Next is not null)
        {
            return true;
        }

        round.Due = now + RetentionInterval;
        return false;
    }

    /// <summary>Where a round is; a new leader begins one anew, which costs reads alone.</summary>
    private sealed class Round
    {
        public Guid? After { get; set; }

        public DateTimeOffset Due { get; set; }
    }
}
