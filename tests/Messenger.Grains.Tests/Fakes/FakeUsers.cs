using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>The directory of users, in memory.</summary>
internal sealed class FakeUsers : IUserDirectory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, UserRow> _rows = new(StringComparer.Ordinal);
    private readonly List<(string User, string Blocked)> _blackList = [];
    private int _writes;

    /// <summary>Everything throws while it is set.</summary>
    public bool Away { get; set; }

    /// <summary>Runs after a read has seen what it saw and before it answers: a test's barrier.</summary>
    public Func<Task>? AfterRead { get; set; }

    /// <summary>How often a row was put: what is written behind shows here.</summary>
    public int Writes => _writes;

    public Task Put(UserRow user) => Write(() =>
    {
        _writes++;
        _rows[user.UserId] = user;
    });

    public Task Remove(string userId) => Write(() =>
    {
        _rows.Remove(userId);
        _blackList.RemoveAll(entry => entry.User == userId);
    });

    public Task<UserRow?> Find(string userId) => Read(() => _rows.GetValueOrDefault(userId));

    public Task<IReadOnlyList<UserRow>> FindMany(IReadOnlyCollection<string> userIds) =>
        Read<IReadOnlyList<UserRow>>(() => [.. userIds.Distinct().Where(_rows.ContainsKey).Select(id => _rows[id]).OrderBy(row => row.UserId, StringComparer.Ordinal)]);

    public Task<IReadOnlyList<string>> Registered(IReadOnlyCollection<string> userIds) =>
        Read<IReadOnlyList<string>>(() => [.. userIds.Distinct().Where(_rows.ContainsKey).Order(StringComparer.Ordinal)]);

    public Task<IReadOnlyList<string>> Discoverable(IReadOnlyCollection<string> userIds) =>
        Read<IReadOnlyList<string>>(() => [.. userIds.Distinct().Where(id => _rows.TryGetValue(id, out var row) && row.Discoverable).Order(StringComparer.Ordinal)]);

    /// <summary>Who shows whom when they were here last, besides what their own rows say.</summary>
    public Func<string, string, bool> Shows { get; set; } = (_, _) => true;

    public Task<IReadOnlyList<string>> Showing(string asker, IReadOnlyCollection<string> userIds) => Read<IReadOnlyList<string>>(() =>
        _rows.GetValueOrDefault(asker)?.LastSeen == LastSeen.Nobody ? []
        : [.. userIds.Where(id => _rows.TryGetValue(id, out var row) && row.LastSeen != LastSeen.Nobody && Shows(id, asker))]);

    public Task<IReadOnlyList<string>> BlackListOf(string userId) =>
        Read<IReadOnlyList<string>>(() => [.. _blackList.Where(entry => entry.User == userId).Select(entry => entry.Blocked)]);

    public Task<IReadOnlyList<string>> BlackListing(string userId, IReadOnlyCollection<string> by) =>
        Read<IReadOnlyList<string>>(() => [.. _blackList.Where(entry => entry.Blocked == userId && by.Contains(entry.User)).Select(entry => entry.User)]);

    public Task AddToBlackList(string userId, string blocked) => Write(() =>
    {
        if (!_blackList.Contains((userId, blocked)))
        {
            _blackList.Add((userId, blocked));
        }
    });

    public Task RemoveFromBlackList(string userId, string blocked) => Write(() => _blackList.Remove((userId, blocked)));

    private Task<bool> Write(Action action) => Read(() =>
    {
        action();
        return true;
    });

    private async Task<T> Read<T>(Func<T> read)
    {
        T seen;
        lock (_lock)
        {
            seen = Away ? throw new StoreUnavailableException("the fake is away") : read();
        }

        await (AfterRead?.Invoke() ?? Task.CompletedTask);
        return seen;
    }
}
