using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>The same rows, seen from a user.</summary>
internal sealed partial class FakeLog : IConversationDirectory
{
    /// <summary>What a sync waits for, when set.</summary>
    public Func<Task>? Syncing { get; set; }

    public async Task<IReadOnlyList<SyncRow>> Sync(string userId)
    {
        await (Syncing?.Invoke() ?? Task.CompletedTask);
        return await Reading<IReadOnlyList<SyncRow>>(() => [.. Of(userId).Select(found => Row(found.Key, found.Value, userId))]);
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

    private static SyncRow Row(Guid id, FakeConversation found, string userId)
    {
        var visible = found.Members[userId].Stays;
        var read = SequenceSet.Parse(found.Receipts.GetValueOrDefault(userId)?.Read ?? new IntervalText(""));
        var unread = found.Unread(userId, [.. visible.SelectMany(read.Outside)]).ToList();
        return new SyncRow(
            id, found.Header, found.Roster, visible.SelectMany(found.In).LastOrDefault(), [.. found.Receipts.Values], unread.Count,
            unread.FirstOrDefault()?.UuidText, found.Keys.GetValueOrDefault((found.Header.SessionKey, userId)));
    }
}
