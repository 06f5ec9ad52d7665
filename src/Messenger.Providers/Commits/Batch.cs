using Messenger.Ports;

namespace Messenger.Providers.Commits;

/// <summary>A row and the conversation it belongs to.</summary>
internal readonly record struct In<T>(Guid Conversation, T Row);

/// <summary>
/// The rows of one transaction. Where entries replace the same row, the last one stands, so that every table takes one statement
/// and the order of the tables does not matter.
/// </summary>
internal sealed class Batch
{
    private readonly Dictionary<Guid, long> terms = [];
    private readonly Dictionary<Guid, ConversationRow> headers = [];
    private readonly Dictionary<(Guid, string), In<MemberRow>> members = [];
    private readonly Dictionary<(Guid, Guid), In<SessionKeyHeader>> newKeys = [];
    private readonly Dictionary<(Guid, Guid, string), In<SessionKeyRow>> keys = [];
    private readonly HashSet<In<string>> ended = [];
    private readonly Dictionary<(Guid, string), In<ReceiptRow>> receipts = [];
    private readonly Dictionary<(Guid, long), In<MessageMark>> marks = [];
    private readonly Dictionary<(Guid, long, string), In<FileRow>> files = [];
    private readonly Dictionary<Guid, AvatarRow> avatars = [];

    private Batch(Guid[]? unsettled) => Unsettled = unsettled;

    /// <summary>What the journal shall say; null when it says enough.</summary>
    public Guid[]? Unsettled { get; }

    /// <summary>The term that a conversation must still have, where more than messages changes.</summary>
    public IReadOnlyDictionary<Guid, long> Terms => terms;

    public List<In<MessageRow>> Messages { get; } = [];

    /// <summary>Conversations that must not be there yet, written before <see cref="Headers"/>.</summary>
    public List<In<ConversationRow>> Created { get; } = [];

    public IReadOnlyList<In<ConversationRow>> Headers => [.. headers.Select(pair => new In<ConversationRow>(pair.Key, pair.Value))];

    public IReadOnlyList<In<MemberRow>> Members => [.. members.Values];

    public IReadOnlyList<In<SessionKeyHeader>> NewKeys => [.. newKeys.Values];

    public IReadOnlyList<In<SessionKeyRow>> Keys => [.. keys.Values];

    /// <summary>Whose wrapped keys go, before <see cref="Keys"/> come.</summary>
    public IReadOnlyCollection<In<string>> Ended => ended;

    public IReadOnlyList<In<ReceiptRow>> Receipts => [.. receipts.Values];

    public IReadOnlyList<In<MessageMark>> Marks => [.. marks.Values];

    public IReadOnlyList<In<FileRow>> Files => [.. files.Values];

    public IReadOnlyList<AvatarRow> Avatars => [.. avatars.Values];

    /// <summary>Files that this very batch replaced: no row of theirs is ever written.</summary>
    public List<Guid> Replaced { get; } = [];

    public static Batch Of(IEnumerable<Pending> entries, Guid[]? unsettled)
    {
        var batch = new Batch(unsettled);
        foreach (var pending in entries)
        {
            batch.Add(pending.Entry);
        }

        return batch;
    }

    private void Add(LogEntry entry)
    {
        var at = entry.Conversation;
        if (entry.NeedsTerm)
        {
            // Of two terms in one batch the lower one is of who was taken over: the check fails, and the batch is halved until they part.
            terms[at] = Math.Min(entry.Term, terms.GetValueOrDefault(at, long.MaxValue));
        }

        foreach (var row in entry.Messages)
        {
            Messages.Add(new(at, row));
        }

        if (entry.Header is { } header)
        {
            if (entry.Creates)
            {
                Created.Add(new(at, header));
            }
            else
            {
                headers[at] = header;
            }
        }

        foreach (var row in entry.Members)
        {
            members[(at, row.UserId)] = new(at, row);
        }

        if (entry.NewKey is { } made)
        {
            newKeys[(at, made.Uuid)] = new(at, made);
        }

        foreach (var user in entry.Ended)
        {
            ended.Add(new(at, user));
            foreach (var key in keys.Keys.Where(key => key.Item1 == at && key.Item3 == user).ToList())
            {
                keys.Remove(key);
            }
        }

        foreach (var row in entry.Keys)
        {
            keys[(at, row.Uuid, row.UserId)] = new(at, row);
        }

        foreach (var row in entry.Receipts)
        {
            receipts[(at, row.UserId)] = new(at, row);
        }

        foreach (var row in entry.Files)
        {
            var place = (at, row.Sequence, row.PathName);
            if (files.TryGetValue(place, out var earlier) && earlier.Row.File != row.File)
            {
                Replaced.Add(earlier.Row.File);
            }

            files[place] = new(at, row);
        }

        if (entry.Avatar is { } avatar)
        {
            if (avatars.TryGetValue(at, out var earlier) && earlier.File is { } file && file != avatar.File)
            {
                Replaced.Add(file);
            }

            avatars[at] = avatar;
        }

        foreach (var row in entry.Marks)
        {
            // A mark never takes back what an earlier one said.
            var before = marks.GetValueOrDefault((at, row.Sequence)).Row;
            marks[(at, row.Sequence)] = new(at, row with
            {
                Deleted = row.Deleted || before is { Deleted: true },
                Objectionable = row.Objectionable || before is { Objectionable: true },
            });
        }
    }
}
