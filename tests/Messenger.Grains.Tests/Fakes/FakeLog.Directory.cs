using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>The same rows, seen from a user.</summary>
internal sealed partial class FakeLog : IConversationDirectory
{
    /// <summary>What a sync waits for, when set.</summary>
    public Func<Task>? Syncing { get; set; }

    public async Task<IReadOnlyList<SyncRow>> Sync(string userId, long mostBytes = long.MaxValue)
    {
        await (Syncing?.Invoke() ?? Task.CompletedTask);
        var rows = await Reading<IReadOnlyList<SyncRow>>(() => [.. Of(userId).Select(found => Row(found.Key, found.Value, userId))]);
        return rows.Sum(row => row.Last?.Body?.Length ?? 0L) <= mostBytes ? rows : throw new ListTooLargeException();
    }

    public Task<IReadOnlyList<Guid>> ConversationsOf(string userId) =>
        Reading<IReadOnlyList<Guid>>(() => [.. Of(userId).Select(found => found.Key)]);

    public Task<IReadOnlyList<Guid>> EverOf(string userId) => Reading<IReadOnlyList<Guid>>(() =>
    [
        .. _conversations.Where(found => !found.Value.Header.Deleted && found.Value.Members.GetValueOrDefault(userId) is { Stays.Count: > 0 })
            .Select(found => found.Key),
    ]);

    public Task<IReadOnlyList<Guid>> DialogsOf(string userId, string peer) =>
        Reading<IReadOnlyList<Guid>>(() =>
            [.. Of(userId).Where(found => found.Value.Header.IsDialog && IsIn(found.Value, peer)).Select(found => found.Key)]);

    /// <summary>Whom a maker may make no more conversations for, when set.</summary>
    public Func<IReadOnlyCollection<string>, string, IReadOnlyList<string>> Crowding { get; set; } = (_, _) => [];

    public Task<IReadOnlyList<string>> Crowded(IReadOnlyCollection<string> userIds, string maker, int most, int ofOne, int ofAll) => Reading(() => Crowding(userIds, maker));

    public Task<string?> OpenDialogOf(string userId, string peer) => Reading(() => Open(DialogPair.Of(userId, peer)));

    private string? Open(DialogPair pair) =>
        Of(pair.Low).Where(found => found.Value.Header.IsDialog && IsIn(found.Value, pair.High)).Select(found => found.Value.Header.UuidText).FirstOrDefault();

    /// <summary>Whom a caller may ring, when set: (caller, named).</summary>
    public Func<string, IReadOnlyCollection<string>, IReadOnlyList<string>> Ringing { get; set; } = (_, named) => [.. named];

    public Task<IReadOnlyList<string>> Ringable(Guid conversation, string caller, IReadOnlyCollection<string> named) => Reading(() => Ringing(caller, named));

    public Task<IReadOnlyList<string>> CompanionsOf(string userId) =>
        Reading<IReadOnlyList<string>>(() =>
        [
            .. Of(userId).SelectMany(found => found.Value.Roster).Where(member => member.LeftAt is null && member.UserId != userId)
                .Select(member => member.UserId).Distinct(),
        ]);

    private IEnumerable<KeyValuePair<Guid, FakeConversation>> Of(string userId) =>
        _conversations.Where(found => !found.Value.Header.Deleted && IsIn(found.Value, userId));

    private static bool IsIn(FakeConversation conversation, string userId) =>
        conversation.Members.GetValueOrDefault(userId) is { LeftAt: null };

    private SyncRow Row(Guid id, FakeConversation found, string userId)
    {
        var visible = found.Members[userId].Stays;
        var read = SequenceSet.Parse(found.Receipts.GetValueOrDefault(userId)?.Read ?? new IntervalText(""));
        var unread = found.Unread(userId, [.. visible.SelectMany(read.Outside)], Now()).ToList();
        return new SyncRow(
            id, found.Header, found.Roster, visible.SelectMany(found.In).LastOrDefault(), [.. found.Receipts.Values], unread.Count,
            unread.FirstOrDefault()?.UuidText, found.Keys.GetValueOrDefault((found.Header.SessionKey, userId)))
        {
            Accepted = !found.Unaccepted.Contains(userId),
        };
    }
}
