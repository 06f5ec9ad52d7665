using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>
/// The log of conversations, in memory and correct; <see cref="IConversationDirectory"/> is in the other half.
/// A test scripts what goes wrong: <see cref="Next"/>, <see cref="Before"/>, <see cref="Away"/>.
/// </summary>
internal sealed partial class FakeLog : IMessageLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, FakeConversation> _conversations = [];
    private readonly List<LogEntry> _committed = [];
    private readonly List<Guid> _unsettled = [];

    /// <summary>Outcomes of the next appends, in order, instead of a commit. Afterwards appends commit again.</summary>
    public Queue<Scripted> Next { get; } = [];

    /// <summary>Runs before an entry is looked at: a test's barrier. Entries wait for one another, as they do in the real log.</summary>
    public Func<LogEntry, Task>? Before { get; set; }

    /// <summary>What expires does so by this clock, in milliseconds since the Unix epoch.</summary>
    public Func<long> Now { get; set; } = static () => 0;

    /// <summary>How often the log went back in time.</summary>
    public long History { get; private set; }

    /// <summary>Runs after a read has seen what it saw and before it answers: a test's barrier.</summary>
    public Func<Task>? AfterRead { get; set; }

    /// <summary>Entries with a value that this store does not take.</summary>
    public Predicate<LogEntry> Refuses { get; set; } = static _ => false;

    /// <summary>Reads throw and appends are <see cref="LogOutcome.Unknown"/> while it is set.</summary>
    public bool Away { get; set; }

    /// <summary>What was committed, in order.</summary>
    public IReadOnlyList<LogEntry> Committed => Locked<IReadOnlyList<LogEntry>>(() => [.. _committed]);

    /// <summary>A conversation for each committed entry with notifications that nobody has settled yet.</summary>
    public IReadOnlyList<Guid> Unsettled => Locked<IReadOnlyList<Guid>>(() => [.. _unsettled]);

    /// <summary>Entries handed in whose outcome is still to come.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    private int _waiting;
    private Task _order = Task.CompletedTask;

    /// <summary>What an append is to come to.</summary>
    /// <param name="Written">With <see cref="LogOutcome.Unknown"/>: the entry is on disk all the same.</param>
    public readonly record struct Scripted(LogOutcome Outcome, bool Written = false)
    {
        /// <summary>What another process wrote in the place of each row, first.</summary>
        public Func<MessageRow, MessageRow>? Instead { get; init; }
    }

    /// <summary>As an activation does that was cut off before it had told something.</summary>
    public void LeaveUnsettled(Guid conversation) => Locked(() =>
    {
        _unsettled.Add(conversation);
        return 0;
    });

    public Task<LogOutcome> Append(LogEntry entry)
    {
        lock (_lock)
        {
            Interlocked.Increment(ref _waiting);
            var outcome = new TaskCompletionSource<LogOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            _order = After(_order, entry, outcome);
            return outcome.Task;
        }
    }

    /// <summary>Commits at once, as another process does.</summary>
    public void Write(LogEntry entry) => Locked(() => Commit(entry));

    public void Settled(Guid conversation) => Locked(() => _unsettled.Remove(conversation));

    /// <summary>Whose journals name a conversation, besides this process's own.</summary>
    public Dictionary<Guid, string[]> Undelivered { get; } = [];

    /// <summary>This process was taken over: loads are refused, and raise no term.</summary>
    public bool IsFenced { get; set; }

    /// <summary>Conversations that left in order.</summary>
    public List<Guid> Gone { get; } = [];

    public Task<ConversationState?> Load(Guid conversation) => IsFenced
        ? Task.FromException<ConversationState?>(new WriterFencedException())
        : Reading(() => Found(conversation)?.TakeOver() is { } state
            ? state with
            {
                UndeliveredBy = Undelivered.GetValueOrDefault(conversation, []),
                Undelivered = _unsettled.Count(one => one == conversation),
                History = History,
            }
            : null);

    public Task Leave(Guid conversation)
    {
        Locked(() =>
        {
            Gone.Add(conversation);
            return 0;
        });
        return Task.CompletedTask;
    }

    public Task Close() => Task.CompletedTask;

    public Task<IReadOnlyList<MessageRow>> Read(Guid conversation, SequenceRange range, int size, bool newestFirst) =>
        Reading<IReadOnlyList<MessageRow>>(() =>
        {
            var rows = Found(conversation)?.In(range) ?? [];
            return [.. (newestFirst ? rows.Reverse() : rows).Take(size)];
        });

    public Task<IReadOnlyList<MessageRow>> Find(Guid conversation, IReadOnlyCollection<Guid> uuids) =>
        Reading<IReadOnlyList<MessageRow>>(() => [.. Found(conversation)?.Messages.Values.Where(row => uuids.Contains(row.Uuid)) ?? []]);

    public Task<int> CountUnread(Guid conversation, string userId, IReadOnlyList<SequenceRange> ranges) =>
        Reading(() => Found(conversation)?.Unread(userId, ranges, Now()).Count() ?? 0);

    public Task<UnreadMessages> FindUnread(Guid conversation, string userId, IReadOnlyList<SequenceRange> ranges) => Reading(() =>
    {
        List<MessageRow> unread = [.. Found(conversation)?.Unread(userId, ranges, Now()) ?? []];
        return new UnreadMessages(unread.Count, unread.FirstOrDefault()?.UuidText);
    });

    public Task<SessionKeyRow?> FindKey(Guid conversation, Guid sessionKey, string userId) =>
        Reading(() => Found(conversation)?.Keys.GetValueOrDefault((sessionKey, userId)));

    public Task<IReadOnlyList<SessionKeyRow>> FindCopies(Guid conversation, string userId, string keyEncrypted) =>
        Reading<IReadOnlyList<SessionKeyRow>>(() =>
        {
            var keys = Found(conversation)?.Keys.Values ?? Enumerable.Empty<SessionKeyRow>();
            var named = keys.Where(row => row.UserId == userId && row.KeyEncrypted == keyEncrypted).Select(row => row.Uuid).ToHashSet();
            return [.. keys.Where(row => named.Contains(row.Uuid))];
        });

    public Task<int> Purge(int max) => Reading(() =>
    {
        var gone = 0;
        foreach (var conversation in _conversations.Values.Where(conversation => conversation.Header.Deleted))
        {
            gone += conversation.Purge(max - gone);
        }

        return gone;
    });

    private FakeConversation? Found(Guid conversation) => _conversations.GetValueOrDefault(conversation);

    /// <summary>Outcomes come from no grain's turn, one after another, as those of the group commit do.</summary>
    private async Task After(Task earlier, LogEntry entry, TaskCompletionSource<LogOutcome> outcome)
    {
        await earlier.ConfigureAwait(false);
        try
        {
            await (Before?.Invoke(entry) ?? Task.CompletedTask).ConfigureAwait(false);
            Interlocked.Decrement(ref _waiting);
            outcome.SetResult(Locked(() =>
                Away ? LogOutcome.Unknown : Refuses(entry) ? LogOutcome.Refused : Next.TryDequeue(out var scripted) ? Outcome(scripted, entry) : Commit(entry)));
        }
        catch (Exception fault)
        {
            outcome.TrySetException(fault);
        }
    }

    private LogOutcome Outcome(Scripted scripted, LogEntry entry)
    {
        if (scripted.Instead is { } instead)
        {
            // Its notifications are that process's business.
            Commit(entry with { Messages = [.. entry.Messages.Select(instead)], Notifies = false });
        }

        if (scripted.Written)
        {
            Commit(entry);
        }
        else if (scripted.Outcome == LogOutcome.Unknown && entry.Notifies)
        {
            _unsettled.Add(entry.Conversation);
        }

        return scripted.Outcome;
    }

    /// <summary>What was committed to a conversation is gone as if it had never been, from this entry on.</summary>
    public void GoBack(Guid conversation, int keep) => Locked(() =>
    {
        var kept = _committed.Where(entry => entry.Conversation == conversation).Take(keep).ToList();
        _committed.RemoveAll(entry => entry.Conversation == conversation);
        _conversations.Remove(conversation);
        foreach (var entry in kept)
        {
            Commit(entry with { History = History });
        }

        return ++History;
    });

    private LogOutcome Commit(LogEntry entry)
    {
        if (entry.History != History)
        {
            return LogOutcome.Fenced;
        }

        if (!_conversations.TryGetValue(entry.Conversation, out var conversation))
        {
            conversation = new FakeConversation(entry.Header ?? throw new InvalidOperationException("a conversation's first entry brings its header"));
        }

        if (conversation.FindError(entry) is { } error)
        {
            return error;
        }

        if (entry.OpensDialog is { } pair && Open(pair) is not null)
        {
            return LogOutcome.DialogTaken;
        }

        conversation.Apply(entry);
        if (entry.Avatar is { } avatar)
        {
            Keep(avatar);
        }

        _conversations[entry.Conversation] = conversation;
        _committed.Add(entry);
        if (entry.Notifies)
        {
            _unsettled.Add(entry.Conversation);
        }

        return LogOutcome.Committed;
    }

    private async Task<T> Reading<T>(Func<T> read)
    {
        var seen = Away ? throw new StoreUnavailableException("the fake is away") : Locked(read);
        await (AfterRead?.Invoke() ?? Task.CompletedTask);
        return seen;
    }

    private T Locked<T>(Func<T> action)
    {
        lock (_lock)
        {
            return action();
        }
    }
}
