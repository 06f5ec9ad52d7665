using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>Rows that one request had to read from the log, because memory keeps the newest alone. What memory has is newer, and goes first.</summary>
/// <param name="outlines">Whether rows are enough that may lack body and iv.</param>
internal sealed class RowsRead(bool outlines = false)
{
    private readonly Dictionary<Guid, MessageRow?> _rows = [];
    private LiveConversation? _of;

    /// <summary>Whether the row is known, or known not to be there.</summary>
    public bool Knows(LiveConversation live, Guid uuid) => InMemory(live, uuid) is not null || (_of == live && _rows.ContainsKey(uuid));

    public MessageRow? Row(LiveConversation live, Guid uuid) => InMemory(live, uuid)
        ?? (_of == live && _rows.GetValueOrDefault(uuid) is { } read ? live.Current(read) : null);

    /// <summary>What of these has to be read first.</summary>
    public List<Guid> Lacking(LiveConversation live, IEnumerable<Guid> uuids) => [.. uuids.Where(uuid => !Knows(live, uuid)).Distinct()];

    private MessageRow? InMemory(LiveConversation live, Guid uuid) => outlines ? live.Outline(uuid) : live.Recent(uuid);

    public async Task Read(IMessageLog log, LiveConversation live, IReadOnlyCollection<Guid> uuids)
    {
        var found = (await log.Find(live.Id, uuids)).ToDictionary(row => row.Uuid);
        if (_of != live)
        {
            // What was read before a conversation was loaded again may have changed under it.
            _rows.Clear();
            _of = live;
        }

        foreach (var uuid in uuids)
        {
            _rows[uuid] = found.GetValueOrDefault(uuid);
        }
    }
}
