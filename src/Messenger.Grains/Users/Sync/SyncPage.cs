using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users.Sync;

/// <summary>A page as it fills: what it holds, and whether there is room for more.</summary>
internal sealed class SyncPage(string userId, int limit, Features features, long now)
{
    /// <summary>A page is taken by a phone on a bad network in some seconds: 200 KiB, with room for its frame and token.</summary>
    public const int MaxBytes = (200 * 1024) - 1024;

    /// <summary>Marks of removal in one page.</summary>
    public const int MostRemoved = 2000;

    /// <summary>People up to whose number a roster is told.</summary>
    private const int WholeRoster = 20;

    /// <summary>Admins who are told of a larger one.</summary>
    private const int MostAdmins = 50;

    /// <summary>Characters of a last message's body; a longer one is fetched.</summary>
    private const int MostBody = 4 * 1024;

    private readonly List<Conversation> _conversations = [];
    private readonly List<string> _unread = [];
    private readonly List<Message> _last = [];
    private readonly List<SessionKey> _keys = [];
    private readonly List<UserInfo> _members = [];
    private readonly List<UserInfo> _users = [];
    private readonly List<RemovedConversation> _removed = [];
    private readonly HashSet<Guid> _named = [];
    private int _bytes;

    /// <summary>Conversations that it may still take.</summary>
    public int Room => limit - _conversations.Count;

    public bool IsFull => Room <= 0 || RemovedRoom <= 0 || _bytes >= MaxBytes;

    /// <summary>Whether it stands on this page. What has changed about it since the pass began is in the next pass too.</summary>
    public bool Has(Guid conversation) => _named.Contains(conversation);

    public int RemovedRoom => MostRemoved - _removed.Count;

    public void Add(RemovedConversationRow row)
    {
        _removed.Add(new RemovedConversation(row.Uuid, row.Reason));
        _bytes += row.Uuid.Length + 32;
    }

    /// <summary>False, and it was not added: it comes with the next page.</summary>
    public bool TryAdd(UserInfo user) => TryTake(FrameWriter.Payload(new ResponseUserInfo(user)).Length, () => _users.Add(user));

    /// <summary>False, and it was not added: it comes with the next page. The first conversation of a page always fits.</summary>
    /// <param name="people">Those of its people who are to be named with it.</param>
    public bool TryAdd(SyncRow row, bool blocked, IReadOnlyList<UserInfo> people)
    {
        var conversation = Told(row, blocked);
        var last = row.Last is null ? null : Last(row);
        var key = row.Key is null ? null : WireViews.SessionKey(row.Key, row.Header);
        var bytes = FrameWriter.Payload(new ResponseGetConversationFull(conversation, last, key)).Length
            + people.Sum(person => FrameWriter.Payload(new ResponseUserInfo(person)).Length);
        return TryTake(bytes, () =>
        {
            _conversations.Add(conversation);
            _named.Add(row.Conversation);
            _members.AddRange(people);
            if (last is not null)
            {
                _last.Add(last);
            }

            if (key is not null)
            {
                _keys.Add(key);
            }

            if (row.FirstUnread is { } unread)
            {
                _unread.Add(unread);
            }
        });
    }

    /// <param name="account">Sections of the account that changed since the last pass.</param>
    public ResponseSync Answer(bool reset, IEnumerable<string> account, string token, bool more) => new(
        reset, [.. _conversations], [.. _unread], [.. _last], [.. _members], [.. _keys], [.. _users], [.. _removed], [.. account], token, more);

    /// <summary>Whom a row tells of: everyone of a small conversation, some admins of a large one.</summary>
    public static IEnumerable<string> People(SyncRow row)
    {
        var present = Present(row).ToList();
        return (present.Count <= WholeRoster ? present : present.Where(member => member.IsAdmin).Take(MostAdmins)).Select(member => member.UserId);
    }

    public static IEnumerable<string> Peers(SyncRow row, string userId) =>
        row.Header.IsDialog ? Present(row).Select(member => member.UserId).Where(peer => peer != userId) : [];

    private static IEnumerable<MemberRow> Present(SyncRow row) => row.Members.Where(member => member.LeftAt is null).OrderBy(member => member.Position);

    private Conversation Told(SyncRow row, bool blocked)
    {
        var whole = WireViews.Conversation(row.Header, row.Members, row.Last?.Active ?? row.Last?.Created ?? row.Header.Created, row.Unread, blocked, row.Header.IsDialog);
        var count = whole.Admins.Length + whole.Members.Length;
        whole = whole.For(row.Header, features) with
        {
            NewestMessageUuid = row.Last?.UuidText,
            MembersCount = count,
            Accepted = row.Accepted,
            Preferences = row.Preferences is { } own ? WireViews.Preferences(own) : null,
        };
        return count <= WholeRoster ? whole : whole with { Admins = [.. whole.Admins.Take(MostAdmins)], Members = [], MembersOmitted = true };
    }

    private Message Last(SyncRow row)
    {
        var message = WireViews.Message(row.Last!, row.Header, row.Members, row.Receipts, userId, now, row.Last!.IsEvent).For(row.Last, features);
        return message.BodyEncryptedBase64 is { Length: > MostBody } ? message with { BodyEncryptedBase64 = null, IvBase64 = null, BodyOmitted = true } : message;
    }

    private bool TryTake(int bytes, Action add)
    {
        if (_bytes + bytes > MaxBytes && (_bytes > 0 || _conversations.Count > 0))
        {
            _bytes = MaxBytes;
            return false;
        }

        _bytes += bytes;
        add();
        return true;
    }
}
