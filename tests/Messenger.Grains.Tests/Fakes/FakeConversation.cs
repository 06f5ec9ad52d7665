using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>The rows of one conversation.</summary>
internal sealed class FakeConversation(ConversationRow header)
{
    private readonly HashSet<Guid> _uuids = [];
    private readonly List<SessionKeyHeader> _keys = [];

    public ConversationRow Header { get; private set; } = header;

    public SortedDictionary<long, MessageRow> Messages { get; } = [];

    public Dictionary<string, MemberRow> Members { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ReceiptRow> Receipts { get; } = new(StringComparer.Ordinal);

    /// <summary>Who has not accepted it.</summary>
    public HashSet<string> Unaccepted { get; } = new(StringComparer.Ordinal);

    public Dictionary<(Guid Key, string UserId), SessionKeyRow> Keys { get; } = [];

    public Dictionary<(long Sequence, string PathName), FileRow> Files { get; } = [];

    public IReadOnlyList<MemberRow> Roster => [.. Members.Values.OrderBy(member => member.Position)];

    /// <summary>Whose turn it is: one more with every load.</summary>
    public long Term { get; private set; }

    public ConversationState TakeOver()
    {
        Term++;
        var last = Messages.Values.LastOrDefault();
        return new ConversationState(Header, last?.Sequence ?? 0, last?.Created ?? 0, Roster, [.. _keys], [.. Receipts.Values], Term)
        {
            LastActive = last?.Active ?? last?.Created,
            Unaccepted = [.. Unaccepted],
        };
    }

    /// <summary>A sequence taken is fenced before a uuid taken is a duplicate: the loser of a split looks again.</summary>
    public LogOutcome? FindError(LogEntry entry) =>
        entry.Creates && Messages.Count + Members.Count > 0 ? LogOutcome.Fenced
        : entry.NeedsTerm && entry.Term != Term ? LogOutcome.Fenced
        : entry.Messages.Any(row => Messages.ContainsKey(row.Sequence)) ? LogOutcome.Fenced
        : entry.Messages.Any(row => _uuids.Contains(row.Uuid)) ? LogOutcome.Duplicate
        : null;

    public void Apply(LogEntry entry)
    {
        Header = entry.Header ?? Header;
        if (entry.NewKey is { } made)
        {
            _keys.Add(made);
        }

        foreach (var row in entry.Messages)
        {
            Messages.Add(row.Sequence, row);
            _uuids.Add(row.Uuid);
        }

        foreach (var member in entry.Members)
        {
            Members[member.UserId] = member;
        }

        foreach (var key in Keys.Keys.Where(key => entry.Ended.Contains(key.UserId)).ToList())
        {
            Keys.Remove(key);
        }

        Unaccepted.ExceptWith([.. entry.Removals.Select(row => row.UserId), .. entry.Ended, .. entry.Accepts]);
        Unaccepted.UnionWith(entry.Invitations.Select(row => row.UserId));
        foreach (var wrapped in entry.Keys)
        {
            Keys[(wrapped.Uuid, wrapped.UserId)] = wrapped;
        }

        foreach (var file in entry.Files)
        {
            Files[(file.Sequence, file.PathName)] = file;
        }

        foreach (var place in Files.Keys.Where(place => entry.Marks.Any(mark => mark.Deleted && mark.Sequence == place.Sequence)).ToList())
        {
            Files.Remove(place);
        }

        foreach (var receipt in entry.Receipts)
        {
            Receipts[receipt.UserId] = receipt;
        }

        foreach (var mark in entry.Marks)
        {
            Mark(mark);
        }
    }

    public int Purge(int max)
    {
        var gone = Messages.Keys.Take(max).ToList();
        gone.ForEach(sequence => Messages.Remove(sequence));
        return gone.Count;
    }

    public IEnumerable<MessageRow> In(SequenceRange range) =>
        Messages.Values.Where(row => range.From <= row.Sequence && row.Sequence <= range.To);

    private IEnumerable<MessageRow> Countable(SequenceRange range) => In(range).Where(row => row is { IsEvent: false, Deleted: false, IsSilent: false });

    public IEnumerable<MessageRow> Unread(string userId, IReadOnlyList<SequenceRange> ranges, long now) =>
        ranges.SelectMany(Countable).Where(row => row.UserId != userId && !row.At(now).Deleted).OrderBy(row => row.Sequence);

    private void Mark(MessageMark mark)
    {
        var row = Messages[mark.Sequence];
        row = mark.Objectionable ? row with { Objectionable = true } : row;
        Messages[mark.Sequence] = mark.Deleted ? row with { Deleted = true, Body = null, Iv = null } : row;
    }
}
