namespace Messenger.Ports;

/// <summary>
/// The log of conversations: their messages, and with them their rosters, session keys and receipts.
/// </summary>
/// <remarks>
/// What it guarantees:
/// an entry that was <see cref="LogOutcome.Committed"/> is on disk as a whole, and is read by every later read of any process;
/// entries are committed in the order handed in, many conversations in one batch;
/// a (conversation, sequence) and a (conversation, uuid) is written once: the second writer is told, and nothing of its entry is kept;
/// <see cref="Load"/> carries the same fence as a commit, and takes the conversation over: whoever loaded it before is told <see cref="LogOutcome.Fenced"/> when it next changes
/// more than the messages (those are fenced by their sequence), so that two activations never overwrite each other's rosters and receipts;
/// after <see cref="LogOutcome.Fenced"/> or <see cref="LogOutcome.Unknown"/> every later entry of that conversation is fenced too, until this
/// process calls <see cref="Load"/>: nothing rests on an entry that failed, and the load sees what became of it;
/// after <see cref="LogOutcome.Refused"/> only where the entry <see cref="LogEntry.BearsOthers"/>: refused messages have nobody behind them;
/// It never throws for a store that is away: the outcome is <see cref="LogOutcome.Unknown"/>.
/// Reads throw <see cref="StoreUnavailableException"/>.
/// </remarks>
public interface IMessageLog
{
    /// <summary>See <see cref="IStoreHistory.Steps"/>: what was loaded under another number is to be loaded anew, and is fenced.</summary>
    long History { get; }

    /// <summary>The last attempt did not reach the store: what is handed in waits.</summary>
    bool IsAway => false;

    /// <summary>Commits one entry. Waits for room while more is queued than the log may hold.</summary>
    Task<LogOutcome> Append(LogEntry entry);

    /// <summary>
    /// Says that the notifications of one entry with <see cref="LogEntry.Notifies"/> that was committed, or whose outcome is unknown, reached
    /// every inbox (or were denied there, or never came to be).
    /// Until then the log remembers, on disk, that this conversation is unsettled, so that whoever takes over from a dead process knows.
    /// </summary>
    void Settled(Guid conversation);

    /// <summary>
    /// Takes a conversation over, and reads all that its grain keeps in memory; null when there is none. A deleted one is returned as such.
    /// Says, of the same moment, who may have left something of it untold (<see cref="ConversationState.UndeliveredBy"/>).
    /// </summary>
    /// <exception cref="WriterFencedException">This process was taken over: it takes nothing over any more, and no term was raised.</exception>
    Task<ConversationState?> Load(Guid conversation);

    /// <summary>
    /// The conversation leaves this process in order: when this returns the journal on disk does not name it, unless something of it is not settled or the
    /// store is away. So whoever loads it next has nothing that is uncertain. Never throws.
    /// </summary>
    Task Leave(Guid conversation);

    /// <summary>
    /// The process leaves in order: what was handed in is committed, the journal is trimmed, and a writer that owes nothing gives its name up, so that
    /// nobody has to take over from it. Afterwards every entry is refused. Ends within the log's own limit, whatever is away. Never throws.
    /// </summary>
    Task Close();

    /// <summary>Rows with <c>after &lt; sequence &lt; before</c> within [from, to], oldest first or newest first, at most <paramref name="size"/>.</summary>
    Task<IReadOnlyList<MessageRow>> Read(Guid conversation, SequenceRange range, int size, bool newestFirst);

    /// <summary>The rows with these uuids, in no order; unknown ones are left out.</summary>
    Task<IReadOnlyList<MessageRow>> Find(Guid conversation, IReadOnlyCollection<Guid> uuids);

    /// <summary>How many rows (no event, not deleted, not expired by now) of others than this user lie in these ranges: what the user may see and has not read.</summary>
    Task<int> CountUnread(Guid conversation, string userId, IReadOnlyList<SequenceRange> ranges);

    /// <summary>As <see cref="CountUnread"/>, with the oldest of them as its author spelled it.</summary>
    /// <param name="ranges">Ascending.</param>
    Task<UnreadMessages> FindUnread(Guid conversation, string userId, IReadOnlyList<SequenceRange> ranges);

    /// <summary>The wrapped key of one user; null where there is none.</summary>
    Task<SessionKeyRow?> FindKey(Guid conversation, Guid sessionKey, string userId);

    /// <summary>All copies of each session key of which this user has just this copy: wrapping is randomised, so that is one key or none.</summary>
    Task<IReadOnlyList<SessionKeyRow>> FindCopies(Guid conversation, string userId, string keyEncrypted);

    /// <summary>Removes at most <paramref name="max"/> rows of deleted conversations; returns how many went.</summary>
    Task<int> Purge(int max);
}

/// <param name="First">The uuid of the oldest; null where there is none.</param>
public readonly record struct UnreadMessages(int Count, string? First);

/// <summary>What became of an entry.</summary>
public enum LogOutcome
{
    /// <summary>It is on disk.</summary>
    Committed,

    /// <summary>A message with this uuid is in the conversation already: nothing was written.</summary>
    Duplicate,

    /// <summary>Somebody else wrote this sequence or took the conversation over, or this process may not write any more: drop the state.</summary>
    Fenced,

    /// <summary>The store failed on the way: it may be on disk or not. Drop the state, load it again, look.</summary>
    Unknown,

    /// <summary>
    /// The store does not take a value of it: it is certain that nothing of it is there, and that the same again is refused again.
    /// Nothing is in doubt; only what memory shows ahead of the log has to go.
    /// </summary>
    Refused,

    /// <summary>These two have an open dialog: nothing was written, and nothing is in doubt.</summary>
    DialogTaken,
}

/// <summary>Two people, in the order of their ids' bytes: one row whoever asks.</summary>
public sealed record DialogPair(string Low, string High)
{
    public static DialogPair Of(string one, string other) => string.CompareOrdinal(one, other) < 0 ? new(one, other) : new(other, one);
}

/// <summary>One atomic change of one conversation. What is null or empty is left as it is.</summary>
/// <param name="Term">The <see cref="ConversationState.Term"/> that the change rests on; 0 for who creates the conversation.</param>
public sealed record LogEntry(Guid Conversation, long Term)
{
    /// <summary>The <see cref="IMessageLog.History"/> that the change rests on.</summary>
    public long History { get; init; }

    /// <summary>It creates the conversation: where there is one it is fenced.</summary>
    public bool Creates { get; init; }

    /// <summary>New rows of the log, ascending.</summary>
    public IReadOnlyList<MessageRow> Messages { get; init; } = [];

    /// <summary>The conversation's own row, inserted or replaced.</summary>
    public ConversationRow? Header { get; init; }

    /// <summary>Members inserted or replaced, former ones included.</summary>
    public IReadOnlyList<MemberRow> Members { get; init; } = [];

    /// <summary>A new session key.</summary>
    public SessionKeyHeader? NewKey { get; init; }

    /// <summary>Wrapped keys, inserted or replaced.</summary>
    public IReadOnlyList<SessionKeyRow> Keys { get; init; } = [];

    /// <summary>Former members whose account ended: their wrapped keys go, which whoever has the number next must not be given.</summary>
    public IReadOnlyList<string> Ended { get; init; } = [];

    /// <summary>Receipts, inserted or replaced: where a batch has several of one member, the last stands.</summary>
    public IReadOnlyList<ReceiptRow> Receipts { get; init; } = [];

    /// <summary>Who is a member no more.</summary>
    public IReadOnlyList<RemovalRow> Removals { get; init; } = [];

    /// <summary>Changes of rows that exist.</summary>
    public IReadOnlyList<MessageMark> Marks { get; init; } = [];

    /// <summary>Files that join messages. Where a message has one of that name, it is replaced, and the earlier one becomes garbage.</summary>
    public IReadOnlyList<FileRow> Files { get; init; } = [];

    /// <summary>The conversation's avatar, set or removed; the earlier one becomes garbage.</summary>
    public AvatarRow? Avatar { get; init; }

    /// <summary>It creates a dialog of these two, which is their open one: where there is one it is <see cref="LogOutcome.DialogTaken"/>.</summary>
    public DialogPair? OpensDialog { get; init; }

    /// <summary>This dialog is open no more: an older one of the same two, where there is one, takes its place.</summary>
    public bool ClosesDialog { get; init; }

    /// <summary>Who is brought in: not accepted by them yet, unless the maker is one of their contacts when this is written.</summary>
    public IReadOnlyList<InvitationRow> Invitations { get; init; } = [];

    /// <summary>Members who accept the conversation, by writing in it.</summary>
    public IReadOnlyList<string> Accepts { get; init; } = [];

    /// <summary>Whether it changes more than the messages, so that only who took the conversation over last may commit it.</summary>
    public bool NeedsTerm => Header is not null || NewKey is not null || Members.Count + Keys.Count + Ended.Count + Receipts.Count + Marks.Count + Files.Count > 0
        || Avatar is not null;

    /// <summary>Whether its people see the conversation differently, for more than messages and receipts, which carry marks of their own.</summary>
    public bool ChangesConversation => Header is not null || NewKey is not null
        || Members.Count + Keys.Count + Ended.Count + Marks.Count + Files.Count > 0 || Avatar is not null;

    /// <summary>Whether memory shows it ahead of the log, so that what is handed in behind it may rest on it. Messages and files are shown when they are there.</summary>
    public bool BearsOthers => Header is not null || NewKey is not null || Members.Count + Keys.Count + Receipts.Count + Marks.Count > 0 || Avatar is not null;

    /// <summary>Whether notifications follow, to be closed by <see cref="IMessageLog.Settled"/>.</summary>
    public bool Notifies { get; init; } = true;
}

/// <summary>Sequences from <paramref name="From"/> to <paramref name="To"/>, both included.</summary>
public readonly record struct SequenceRange(long From, long To);

/// <summary>Ranges of sequences as stored: <c>1-57,60,62-64</c>, ascending, not touching; empty for none.</summary>
public readonly record struct IntervalText(string Text)
{
    /// <summary>Without reading all of it into a <see cref="SequenceSet"/>: for texts that are nearly always empty.</summary>
    public bool Contains(long sequence)
    {
        foreach (var part in Text.AsSpan().Split(','))
        {
            if (Text.AsSpan(part) is { IsEmpty: false } text && SequenceSet.Range(text) is var (from, to) && sequence <= to)
            {
                return from <= sequence;
            }
        }

        return false;
    }
}
