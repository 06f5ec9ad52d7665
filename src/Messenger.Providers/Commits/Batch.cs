using Messenger.Ports;

namespace Messenger.Providers.Commits;

/// <summary>A row and the conversation it belongs to.</summary>
internal readonly record struct Keyed<T>(Guid Conversation, T Row);

/// <summary>
/// The rows of one transaction. Where entries replace the same row, the last one stands, so that every table takes one statement
/// and the order of the tables does not matter.
/// </summary>
internal sealed class Batch
{
    private readonly Dictionary<Guid, long> _terms = [];
    private readonly Dictionary<Guid, ConversationRow> _headers = [];
    private readonly Dictionary<(Guid, string), Keyed<MemberRow>> _members = [];
    private readonly Dictionary<(Guid, Guid), Keyed<SessionKeyHeader>> _newKeys = [];
    private readonly Dictionary<(Guid, Guid, string), Keyed<SessionKeyRow>> _keys = [];
    private readonly HashSet<Keyed<string>> _ended = [];
    private readonly Dictionary<(Guid, string), Keyed<ReceiptRow>> _receipts = [];
    private readonly Dictionary<(Guid, string), Keyed<RemovalRow>> _removals = [];
    private readonly HashSet<Guid> _changed = [];
    private readonly List<Keyed<DialogPair>> _dialogs = [];
    private readonly SortedSet<Guid> _closedDialogs = [];

    /// <summary>Who made a conversation that somebody was brought into; null: accepted, or left.</summary>
    private readonly Dictionary<(Guid Conversation, string User), string?> _invitations = [];
    private readonly Dictionary<(Guid, long), Keyed<MessageMark>> _marks = [];
    private readonly Dictionary<(Guid, long, string), Keyed<FileRow>> _files = [];
    private readonly Dictionary<Guid, AvatarRow> _avatars = [];

    private Batch(Guid[]? unsettled) => Unsettled = unsettled;

    /// <summary>What the journal shall say; null when it says enough.</summary>
    public Guid[]? Unsettled { get; }

    /// <summary>The term that a conversation must still have, where more than messages changes.</summary>
    public IReadOnlyDictionary<Guid, long> Terms => _terms;

    public List<Keyed<MessageRow>> Messages { get; } = [];

    /// <summary>Conversations that must not be there yet, written before <see cref="Headers"/>.</summary>
    public List<Keyed<ConversationRow>> Created { get; } = [];

    /// <summary>Dialogs that are opened, in the order of their pairs, so that no two writers wait for each other in a circle.</summary>
    public IReadOnlyList<Keyed<DialogPair>> Dialogs =>
        [.. _dialogs.OrderBy(one => one.Row.Low, StringComparer.Ordinal).ThenBy(one => one.Row.High, StringComparer.Ordinal)];

    /// <summary>Dialogs that are open no more, once everything else is written.</summary>
    public IReadOnlyCollection<Guid> ClosedDialogs => _closedDialogs;

    /// <summary>Of whom no invitation stays, before <see cref="Invitations"/> come.</summary>
    public IReadOnlyList<Keyed<string>> Accepted =>
        [.. _invitations.Where(one => one.Value is null).Select(one => new Keyed<string>(one.Key.Conversation, one.Key.User))];

    /// <summary>In the order of their keys, so that no two writers wait for each other in a circle.</summary>
    public IReadOnlyList<Keyed<InvitationRow>> Invitations =>
    [
        .. _invitations.Where(one => one.Value is not null).OrderBy(one => one.Key.User, StringComparer.Ordinal).ThenBy(one => one.Key.Conversation)
            .Select(one => new Keyed<InvitationRow>(one.Key.Conversation, new(one.Key.User, one.Value!))),
    ];

    public IReadOnlyList<Keyed<ConversationRow>> Headers => [.. _headers.Select(pair => new Keyed<ConversationRow>(pair.Key, pair.Value))];

    public IReadOnlyList<Keyed<MemberRow>> Members => [.. _members.Values];

    public IReadOnlyList<Keyed<SessionKeyHeader>> NewKeys => [.. _newKeys.Values];

    public IReadOnlyList<Keyed<SessionKeyRow>> Keys => [.. _keys.Values];

    /// <summary>Whose wrapped keys go, before <see cref="Keys"/> come.</summary>
    public IReadOnlyCollection<Keyed<string>> Ended => _ended;

    public IReadOnlyList<Keyed<ReceiptRow>> Receipts => [.. _receipts.Values];

    public IReadOnlyList<Keyed<RemovalRow>> Removals => [.. _removals.Values];

    /// <summary>Who is a member no more, and loses what is theirs alone.</summary>
    public IReadOnlyList<Keyed<string>> Gone => _removals.Count + _ended.Count == 0 ? []
        : [.. _removals.Values.Select(one => new Keyed<string>(one.Conversation, one.Row.UserId)).Union(_ended)];

    /// <summary>Conversations of which more changed than messages and receipts, which carry marks of their own.</summary>
    public IReadOnlyCollection<Guid> Changed => _changed;

    public IReadOnlyList<Keyed<MessageMark>> Marks => [.. _marks.Values];

    public IReadOnlyList<Keyed<FileRow>> Files => [.. _files.Values];

    public IReadOnlyList<AvatarRow> Avatars => [.. _avatars.Values];

    /// <summary>Files that this very batch replaced: no row of theirs is ever written.</summary>
    public List<Guid> Replaced { get; } = [];

    public static Batch Of(IEnumerable<QueuedEntry> entries, Guid[]? unsettled)
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
            _terms[at] = Math.Min(entry.Term, _terms.GetValueOrDefault(at, long.MaxValue));
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
                _headers[at] = header;
            }
        }

        if (entry.OpensDialog is { } pair)
        {
            _dialogs.Add(new(at, pair));
        }

        if (entry.ClosesDialog)
        {
            _closedDialogs.Add(at);
        }

        foreach (var row in entry.Members)
        {
            _members[(at, row.UserId)] = new(at, row);
        }

        if (entry.NewKey is { } made)
        {
            _newKeys[(at, made.Uuid)] = new(at, made);
        }

        foreach (var user in entry.Ended)
        {
            _ended.Add(new(at, user));
            foreach (var key in _keys.Keys.Where(key => key.Item1 == at && key.Item3 == user).ToList())
            {
                _keys.Remove(key);
            }
        }

        foreach (var row in entry.Keys)
        {
            _keys[(at, row.Uuid, row.UserId)] = new(at, row);
        }

        foreach (var row in entry.Removals)
        {
            _removals[(at, row.UserId)] = new(at, row);
        }

        foreach (var user in entry.Removals.Select(row => row.UserId).Concat(entry.Ended).Concat(entry.Accepts))
        {
            _invitations[(at, user)] = null;
        }

        foreach (var row in entry.Invitations)
        {
            _invitations[(at, row.UserId)] = row.Maker;
        }

        if (entry.ChangesConversation)
        {
            _changed.Add(at);
        }

        foreach (var row in entry.Receipts)
        {
            _receipts[(at, row.UserId)] = new(at, row);
        }

        foreach (var row in entry.Files)
        {
            var place = (at, row.Sequence, row.PathName);
            if (_files.TryGetValue(place, out var earlier) && earlier.Row.File != row.File)
            {
                Replaced.Add(earlier.Row.File);
            }

            _files[place] = new(at, row);
        }

        if (entry.Avatar is { } avatar)
        {
            if (_avatars.TryGetValue(at, out var earlier) && earlier.File is { } file && file != avatar.File)
            {
                Replaced.Add(file);
            }

            _avatars[at] = avatar;
        }

        foreach (var row in entry.Marks)
        {
            // A mark never takes back what an earlier one said.
            var before = _marks.GetValueOrDefault((at, row.Sequence)).Row;
            _marks[(at, row.Sequence)] = new(at, row with
            {
                Deleted = row.Deleted || before is { Deleted: true },
                Objectionable = row.Objectionable || before is { Objectionable: true },
            });
        }
    }
}
