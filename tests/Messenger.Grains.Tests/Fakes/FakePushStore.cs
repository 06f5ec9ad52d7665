using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>The queue of pushes in memory, as the real one promises it. It stays when a silo dies.</summary>
public sealed class FakePushStore : IPushStore, IUnreadCounts
{
    private readonly Dictionary<(string, Guid), QueuedPush> _rows = [];
    private readonly HashSet<Guid> _claimed = [];
    private volatile bool _away;

    /// <summary>Everything throws while it is set.</summary>
    public bool Away
    {
        get => _away;
        set => _away = value;
    }

    /// <summary>What <see cref="IUnreadCounts"/> answers.</summary>
    public int UnreadMessages { get; set; } = 1;

    /// <summary>The conversation that everybody has muted.</summary>
    public Guid Muted { get; set; }

    public IReadOnlyList<QueuedPush> All
    {
        get
        {
            lock (_rows)
            {
                return [.. _rows.Values];
            }
        }
    }

    public Task Put(IReadOnlyCollection<QueuedPush> pushes) => Locked(() =>
    {
        foreach (var push in pushes)
        {
            var replaced = _rows.GetValueOrDefault((push.Device, push.Conversation));
            _rows[(push.Device, push.Conversation)] = replaced is null || _claimed.Contains(replaced.Id)
                ? push
                : push with { Due = Math.Max(replaced.Due, push.Due), Tries = replaced.Tries };
        }

        return 0;
    });

    public Task<IReadOnlyList<QueuedPush>> Claim(int max, long now, long until, PushFilter filter) => Locked<IReadOnlyList<QueuedPush>>(() =>
    {
        var due = _rows.Values.Where(row => row.Due <= now && !(row.Expires <= now) && filter.Takes(row.ApplicationType)).OrderBy(row => row.Due).Take(max).ToList();
        _claimed.UnionWith(due.Select(row => row.Id));
        due.ForEach(row => _rows[(row.Device, row.Conversation)] = row with { Due = until, Tries = row.Tries + 1 });
        return [.. due.Select(row => row with { Due = until, Tries = row.Tries + 1 })];
    });

    public Task Done(IReadOnlyCollection<Guid> ids) => Locked(() => _rows.Values.Where(row => ids.Contains(row.Id)).ToList().Count(row => _rows.Remove((row.Device, row.Conversation))));

    public Task Postpone(IReadOnlyCollection<(Guid Id, long Due)> pushes) => Locked(() =>
    {
        foreach (var (id, due) in pushes)
        {
            _claimed.Remove(id);
            foreach (var row in _rows.Values.Where(row => row.Id == id).ToList())
            {
                _rows[(row.Device, row.Conversation)] = row with { Due = due };
            }
        }

        return 0;
    });

    public Task<int> Expire(long before, int max) => Locked(() =>
        _rows.Values.Where(row => row.Queued < before).Take(max).ToList().Count(row => _rows.Remove((row.Device, row.Conversation))));

    public Task ForgetExpired(long now) => Locked(() => _rows.Values.Where(row => row.Expires <= now).ToList().Count(row => _rows.Remove((row.Device, row.Conversation))));

    public Task<(long Waiting, long? Oldest)> Backlog() => Locked<(long, long?)>(() => (_rows.Count, _rows.Values.Min(row => (long?)row.Queued)));

    public Task<UnreadCount> Unread(string userId, Guid about, int most) => Locked(() => new UnreadCount(Math.Min(most, UnreadMessages), Muted == about && about != Guid.Empty));

    private Task<T> Locked<T>(Func<T> action)
    {
        if (Away)
        {
            throw new StoreUnavailableException("the fake is away");
        }

        lock (_rows)
        {
            return Task.FromResult(action());
        }
    }
}
