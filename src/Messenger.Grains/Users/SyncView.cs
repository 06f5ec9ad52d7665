using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>How the rows of a user's conversations become the answer to RequestGetConversationsFull, pure.</summary>
internal sealed class SyncView
{
    private readonly string _userId;
    private readonly Features _features;
    private readonly SyncRow[] _rows;

    public SyncView(string userId, IEnumerable<SyncRow> rows, Features features)
    {
        (_userId, _features) = (userId, features);
        _rows = [.. rows.OrderByDescending(LastMessage).ThenBy(row => row.Conversation)];
        People = [.. _rows.SelectMany(Present).Distinct(StringComparer.Ordinal)];
        DialogPeers = [.. _rows.Where(row => row.Header.IsDialog).SelectMany(Present).Where(peer => peer != userId).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Everyone who is in one of the conversations now, each once, the user too.</summary>
    public IReadOnlyList<string> People { get; }

    /// <summary>Whom the user has a dialog with.</summary>
    public IReadOnlyList<string> DialogPeers { get; }

    /// <param name="people">The rows of <see cref="People"/>.</param>
    /// <param name="blackList">Whom the user blacklisted.</param>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    /// <param name="blacklisting">Who of <see cref="DialogPeers"/> blacklisted the user.</param>
    /// <param name="showing">Who of <see cref="People"/> shows the user when they were here last.</param>
    public ResponseGetConversationsFull Answer(
        Dictionary<string, UserRow> people, HashSet<string> blackList, HashSet<string> blacklisting, HashSet<string> showing, long now)
    {
        // A dialog in which nobody else is left is closed.
        bool IsBlocked(SyncRow row) => row.Header.IsDialog
            && Present(row).Where(peer => peer != _userId).All(peer => blackList.Contains(peer) || blacklisting.Contains(peer));

        return new ResponseGetConversationsFull(
            [.. _rows.Select(row => WireViews.Conversation(row.Header, row.Members, LastMessage(row), row.Unread, IsBlocked(row), row.Header.IsDialog).For(row.Header, _features))],
            [.. _rows.Select(row => row.FirstUnread).OfType<string>()],
            [.. _rows.Where(row => row.Last is not null).Select(row => Last(row, now))],
            [.. People.Select(id => Profiles.Member(id, people.GetValueOrDefault(id), blackList.Contains(id), showing.Contains(id), now))],
            [.. _rows.Where(row => row.Key is not null).Select(row => WireViews.SessionKey(row.Key!, row.Header))]);
    }

    private Message Last(SyncRow row, long now) =>
        WireViews.Message(row.Last!, row.Header, row.Members, row.Receipts, _userId, now, row.Last!.IsEvent).For(row.Last, _features);

    private static long LastMessage(SyncRow row) => row.Last?.Active ?? row.Last?.Created ?? row.Header.Created;

    private static IEnumerable<string> Present(SyncRow row) =>
        row.Members.Where(member => member.LeftAt is null).OrderBy(member => member.Position).Select(member => member.UserId);
}
