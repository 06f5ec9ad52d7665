using Orleans;

namespace Messenger.Contracts.Placement;

/// <summary>How long an actor that leaves waits for what it still has to tell.</summary>
internal static class DrainLimits
{
    /// <summary>
    /// When the whole silo stops. A hand-over takes milliseconds, and one to a user that is just moving a second or two. What takes longer has no worker to go
    /// to, because they stop together: it stays in the log's journal, which the next activation reads before it tells anything.
    /// </summary>
    private static readonly TimeSpan OfAStop = TimeSpan.FromSeconds(3);

    /// <summary>Ends with the token, which is Orleans' own limit (30 s), and sooner in a stop. By the system's clock, as that one.</summary>
    public static CancellationTokenSource For(DeactivationReason reason, CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (reason.ReasonCode == DeactivationReasonCode.ShuttingDown)
        {
            limit.CancelAfter(OfAStop);
        }

        return limit;
    }
}
