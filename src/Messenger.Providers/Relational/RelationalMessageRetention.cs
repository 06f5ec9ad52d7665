using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>
/// Walks through the conversations by their key. Inside one, time grows with the sequence: its oldest row tells whether there is anything to do,
/// by the key that is there anyway, so that the log pays for no index on time.
/// </summary>
internal sealed class RelationalMessageRetention(IDatabase database) : IMessageRetention
{
    /// <summary>Conversations looked at in one step: two look-ups by key each.</summary>
    private const int Conversations = 500;

    public async Task<RetentionStep> Step(long before, Guid? after, int max, bool dryRun)
    {
        var looked = await Candidates(after ?? Guid.Empty);
        var removed = 0L;
        foreach (var (conversation, oldest, first, head, headDeleted) in looked)
        {
            // A shell alone is what a conversation that fell silent keeps.
            if (head is null || oldest >= before || (first == head && headDeleted))
            {
                continue;
            }

            var rest = (int)Math.Min(int.MaxValue, max - removed);
            if (rest <= 0)
            {
                return new RetentionStep(removed, Previous(looked, conversation, after));
            }

            removed += dryRun ? await Count(conversation, before) : await Remove(conversation, head.Value, before, rest);
            if (!dryRun && removed >= max)
            {
                // There may be more of this one: it comes again.
                return new RetentionStep(removed, Previous(looked, conversation, after));
            }
        }

        return new RetentionStep(removed, looked.Count < Conversations ? null : looked[^1].Conversation);
    }

    private static Guid Previous(List<Place> looked, Guid conversation, Guid? after)
    {
        var at = looked.FindIndex(place => place.Conversation == conversation);
        return at > 0 ? looked[at - 1].Conversation : after ?? Guid.Empty;
    }

    private Task<List<Place>> Candidates(Guid after) => database.Read(
        """
        select c.conversation,
            (select m.created from message m where m.conversation = c.conversation order by m.sequence limit 1),
            (select m.sequence from message m where m.conversation = c.conversation order by m.sequence limit 1),
            (select m.sequence from message m where m.conversation = c.conversation order by m.sequence desc limit 1),
            (select m.deleted from message m where m.conversation = c.conversation order by m.sequence desc limit 1)
        from conversation c where c.conversation > @after and not c.deleted order by c.conversation limit @size
        """,
        reader => Rows.All(reader, row => row.IsDBNull(1)
            ? new Place(row.GetGuid(0), 0, 0, null, false)
            : new Place(row.GetGuid(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4))),
        ("after", after), ("size", Conversations));

    private Task<long> Count(Guid conversation, long before) => database.Read(
        "select count(*) from message m where m.conversation = @conversation and m.created < @before",
        async reader => (await Rows.All(reader, row => row.GetInt64(0)))[0],
        ("conversation", conversation), ("before", before));

    /// <summary>The oldest first. The newest becomes a shell, as a deleted message is: the next activation numbers on from it.</summary>
    /// <remarks>
    /// Files go before their messages: a step that ends in between is repeated, and leaves none behind that nobody names. Messages go with the mark that
    /// tells a pass of theirs: where they were the last, nobody would come to make it later.
    /// </remarks>
    private async Task<long> Remove(Guid conversation, long head, long before, int most)
    {
        Argument[] bounds = [("conversation", conversation), ("head", head), ("before", before), ("most", most)];
        const string OldFiles =
            """
            conversation = @conversation and sequence in (
                select m.sequence from message m where m.conversation = @conversation and m.sequence <= @head and m.created < @before
                order by m.sequence limit @most + 1)
            """;
        await database.Write(
            $"""
            insert into file_garbage (file) select distinct file from message_file where {OldFiles} on conflict do nothing;
            delete from message_file where {OldFiles}
            """,
            bounds);
        var changed = await database.Write(
            $"""
            {database.Tick} update conversation set changed = {database.Position} where conversation = @conversation;
            update message set deleted = true, body = null, iv = null
                where conversation = @conversation and sequence = @head and created < @before and not deleted;
            delete from message where conversation = @conversation and created < @before and sequence in (
                select m.sequence from message m where m.conversation = @conversation and m.sequence < @head order by m.sequence limit @most)
            """,
            bounds);

        // The mark is a row, and so is the clock where there is one.
        return changed - (database.Tick.Length > 0 ? 2 : 1);
    }

    private readonly record struct Place(Guid Conversation, long Oldest, long First, long? Head, bool HeadDeleted);
}
