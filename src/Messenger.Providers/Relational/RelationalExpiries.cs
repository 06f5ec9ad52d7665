using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Each looks at an index of its own, which holds nothing but messages that will expire.</summary>
internal sealed class RelationalExpiries(IDatabase database) : IExpiries
{
    public async Task<IReadOnlyList<Guid>> Conversations(long now, Guid after, int max) => await database.Read(
        """
        select distinct m.conversation from message m join conversation c on c.conversation = m.conversation
        where m.expires <= @now and not m.deleted and not c.deleted and m.conversation > @after order by m.conversation limit @max
        """,
        reader => Rows.All(reader, row => row.GetGuid(0)),
        ("now", now), ("after", after), ("max", max));

    public async Task<IReadOnlyList<MessageRow>> Due(Guid conversation, long now, int max) => await database.Read(
        $"""
        select {Rows.Message} from message m
        where m.conversation = @conversation and m.expires <= @now and not m.deleted order by m.expires, m.sequence limit @max
        """,
        reader => Rows.All(reader, row => Rows.ToMessage(row)),
        ("conversation", conversation), ("now", now), ("max", max));
}
