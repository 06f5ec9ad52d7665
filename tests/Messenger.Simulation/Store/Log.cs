using Messenger.Ports;
using Messenger.Providers.Commits;
using Messenger.Simulation.Cluster;

namespace Messenger.Simulation.Store;

/// <summary>The log of one silo: its writes by the real group commit, its reads as the real ones are.</summary>
internal sealed class Log(Silo silo, Database store, CommitQueue commits, IWriterName self, IStoreHistory history) : IMessageLog, IConversationDirectory
{
    public Task<LogOutcome> Append(LogEntry entry) => commits.Append(entry);

    public void Settled(Guid conversation) => commits.Settled(conversation);

    public long History => history.Steps;

    public bool IsAway => commits.Away;

    public Task Leave(Guid conversation) => commits.Leave(conversation);

    public Task Close() => commits.Close();

    public async Task<ConversationState?> Load(Guid conversation)
    {
        var undelivered = await commits.Loading(conversation);
        var steps = history.Steps;
        var state = await store.Ask<(bool Fenced, ConversationState? State)>(silo, () =>
        {
            if (!silo.Cluster.Plants.LoadsThoughFenced && !(store.Writers.TryGetValue(self.Name, out var writer) && !writer.Fenced))
            {
                return (true, null);
            }

            if (store.Find(conversation) is not { } found)
            {
                return (false, null);
            }

            if (store.TakenOver.Contains(self.Name))
            {
                silo.Scheduler.Fail("FENCE", $"{silo} was taken over, and takes {conversation} over from the living");
            }

            var now = silo.Process.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            var term = found.Term;
            found.Term = found.Term < now ? now : found.Term + 1;
            store.Undo(() => found.Term = term);
            var last = found.Rows.Count > 0 ? found.Rows[^1] : null;
            return (false, new ConversationState(
                found.Header, last?.Sequence ?? 0, last?.Created ?? 0, [.. found.Members.Values.OrderBy(member => member.Position)],
                [.. found.Keys.Values], [.. found.Receipts.Values], found.Term)
            {
                UndeliveredBy = silo.Cluster.Plants.ForgetsWhatIsUntold ? []
                    : [.. store.Writers.Where(one => one.Key != self.Name && one.Value.Unsettled.Contains(conversation)).Select(one => one.Key)],
                Undelivered = undelivered,
                History = steps,
            });
        });
        if (state.Fenced)
        {
            commits.FoundFenced();
            throw new WriterFencedException();
        }

        return state.State;
    }

    public Task<IReadOnlyList<MessageRow>> Read(Guid conversation, SequenceRange range, int size, bool newestFirst) =>
        store.Ask<IReadOnlyList<MessageRow>>(silo, () => store.Find(conversation) is not { } found ? []
            : newestFirst ? [.. found.Newest(range).Take(size)] : [.. found.In(range).Take(size)]);

    public Task<IReadOnlyList<MessageRow>> Find(Guid conversation, IReadOnlyCollection<Guid> uuids)
    {
        if (uuids.Count == 0)
        {
            return Task.FromResult<IReadOnlyList<MessageRow>>([]);
        }

        Guid[] wanted = [.. uuids];
        return store.Ask<IReadOnlyList<MessageRow>>(silo, () => store.Find(conversation) is { } found
            ? [.. wanted.Distinct().Select(uuid => found.ByUuid.GetValueOrDefault(uuid)).OfType<MessageRow>()] : []);
    }

    public Task<int> CountUnread(Guid conversation, string userId, IReadOnlyList<SequenceRange> ranges) => Task.FromResult(0);

    public Task<UnreadMessages> FindUnread(Guid conversation, string userId, IReadOnlyList<SequenceRange> ranges) => Task.FromResult(default(UnreadMessages));

    public Task<SessionKeyRow?> FindKey(Guid conversation, Guid sessionKey, string userId) =>
        store.Ask(silo, () => store.Find(conversation)?.Wrapped.GetValueOrDefault((sessionKey, userId)));

    public Task<IReadOnlyList<SessionKeyRow>> FindCopies(Guid conversation, string userId, string keyEncrypted) =>
        store.Ask<IReadOnlyList<SessionKeyRow>>(silo, () => store.Find(conversation) is not { } found ? []
            : [.. found.Wrapped.Values.Where(row => found.Wrapped.GetValueOrDefault((row.Uuid, userId))?.KeyEncrypted == keyEncrypted)]);

    public Task<int> Purge(int max) => Task.FromResult(0);

    public Task<IReadOnlyList<SyncRow>> Sync(string userId, long mostBytes) => store.Ask<IReadOnlyList<SyncRow>>(silo, () =>
    [
        .. Of(userId).Select(found => new SyncRow(
            found.Id, found.Header, [.. found.Members.Values.OrderBy(member => member.Position)],
            found.Newest(new SequenceRange(found.Members[userId].JoinedAt, long.MaxValue)).FirstOrDefault(), [.. found.Receipts.Values], 0, null,
            found.Wrapped.GetValueOrDefault((found.Header.SessionKey, userId)))),
    ]);

    public Task<IReadOnlyList<Guid>> ConversationsOf(string userId) =>
        store.Ask<IReadOnlyList<Guid>>(silo, () => [.. Of(userId).Select(found => found.Id)]);

    public Task<IReadOnlyList<Guid>> EverOf(string userId) => store.Ask<IReadOnlyList<Guid>>(silo, () =>
        [.. store.Conversations.Values.Where(found => !found.Header.Deleted && found.Members.ContainsKey(userId)).Select(found => found.Id)]);

    public Task<IReadOnlyList<string>> Ringable(Guid conversation, string caller, IReadOnlyCollection<string> named) => Task.FromResult<IReadOnlyList<string>>([.. named]);

    public Task<IReadOnlyList<string>> Crowded(IReadOnlyCollection<string> userIds, string maker, int most, int ofOne, int ofAll) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task<IReadOnlyList<Guid>> DialogsOf(string userId, string peer) => store.Ask<IReadOnlyList<Guid>>(silo, () =>
        [.. Of(userId).Where(found => found.Header.IsDialog && found.Members.ContainsKey(peer)).Select(found => found.Id)]);

    /// <summary>Nobody makes a second one here.</summary>
    public Task<string?> OpenDialogOf(string userId, string peer) => Task.FromResult<string?>(null);

    public Task<IReadOnlyList<string>> CompanionsOf(string userId) => store.Ask<IReadOnlyList<string>>(silo, () =>
        [.. Of(userId).SelectMany(found => found.Members.Values).Where(member => member.LeftAt is null && member.UserId != userId).Select(member => member.UserId).Distinct()]);

    private IEnumerable<Conversation> Of(string userId) => store.Conversations.Values.Where(found =>
        !found.Header.Deleted && found.Members.GetValueOrDefault(userId) is { LeftAt: null });
}
