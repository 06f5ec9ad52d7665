using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Pushes that a dead process may have owed.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>Messages looked at: a process owes what it committed in its last moments.</summary>
    private const int LastWords = 32;

    /// <summary>Before the newest message: what is older was told long before, and its push is on disk.</summary>
    private static readonly TimeSpan LastMoments = TimeSpan.FromMinutes(5);

    /// <summary>People woken at once.</summary>
    private const int MaxConcurrentWakes = 16;

    /// <summary>
    /// A device that is online hears the resync and synchronises. One that is offline is woken, for each author's newest message that it did not
    /// confirm: who of them is muted is the reader's business. A second push of one that was sent replaces the first on the device.
    /// </summary>
    private async Task WakeForWhatMayBeUntold(LiveConversation live)
    {
        var rows = await messages.Read(Id, new SequenceRange(1, long.MaxValue), LastWords, newestFirst: true);
        List<MessageRow> recent = [.. rows.Where(row => row.Created >= rows[0].Created - LastMoments.TotalMilliseconds)];
        List<MessageRow> last = [.. recent.Where(row => !row.IsEvent && !row.At(Now).Deleted && !row.IsSilent)];
        List<MessageRow> added = live.Header.IsDialog ? [] : [.. recent.Where(row => row.EventType == EventTypes.Added)];
        await BoundedParallel.ForEach(live.Roster.Present, MaxConcurrentWakes, async member =>
        {
            var delivered = live.Receipts.Of(member.UserId)?.Delivered;
            PushHint[] missed =
            [
                .. last.Where(row => row.UserId != member.UserId && member.Sees(row.Sequence) && delivered?.Contains(row.Sequence) != true)
                    .DistinctBy(row => row.UserId)
                    .Select(row => new PushHint(Id, row.UuidText, row.UserId) { Expires = row.Expires }),
            ];
            if (missed.Length == 0 && delivered is null)
            {
                missed = [.. added.Where(row => row.EventUserId == member.UserId).Take(1).Select(row => PushHint.Added(Id, member.UserId, row.UserId))];
            }

            if (missed.Length > 0)
            {
                await GrainFactory.GetGrain<IUserPushes>(member.UserId).Wake(missed);
            }
        });
    }
}
