using System.Data.Common;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>The tables as the operator sees them: no statement here selects a title, a text or a key.</summary>
internal sealed class RelationalOperatorDirectory(IDatabase database) : IOperatorDirectory
{
    private const string UserReports = "(select count(*) from report r where r.author_id = u.user_id)";

    public async Task<IReadOnlyList<UserSummary>> Users(string? part, string? after, int size) => await database.Read(
        $"""
        select u.user_id, u.suspended, u.created, u.last_login, u.public_key is not null, {UserReports} from user_profile u
        where u.user_id > @after {(part is null ? "" : "and replace(u.user_id, @part, '') <> u.user_id")} order by u.user_id limit @size
        """,
        reader => Rows.All(reader, row => new UserSummary(
            row.GetString(0), row.GetBoolean(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4), row.GetInt64(5))),
        [("after", after ?? ""), ("size", size), .. part is null ? Array.Empty<Argument>() : [("part", part)]]);

    public Task<ConversationSummary?> Conversation(Guid conversation, int people) => database.Read<ConversationSummary?>(
        """
        select c.is_dialog, c.creator_id, c.created, c.deleted, c.has_avatar,
            (select count(*) from message m where m.conversation = c.conversation),
            coalesce((select sum(octet_length(m.body)) from message m where m.conversation = c.conversation), 0),
            (select count(*) from message_file f where f.conversation = c.conversation),
            (select count(*) from report r where r.conversation = c.conversation),
            (select count(*) from member p where p.conversation = c.conversation and p.left_at is null)
        from conversation c where c.conversation = @conversation;
        select p.user_id, p.is_admin, p.left_at is null, (select count(*) from report r where r.author_id = p.user_id)
        from member p where p.conversation = @conversation order by p.left_at is not null, p.position, p.user_id limit @people
        """,
        async reader =>
        {
            if (!await reader.ReadAsync())
            {
                return null;
            }

            var summary = new ConversationSummary(
                conversation, reader.GetBoolean(0), reader.GetString(1), reader.GetInt64(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetInt64(5),
                Whole(reader, 6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), []);
            return summary with
            {
                People = await Rows.Next(reader, row => new PersonSummary(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.GetInt64(3))),
            };
        },
        ("conversation", conversation), ("people", people));

    public Task<MessageSummary?> Message(Guid conversation, Guid uuid) => database.Read(
        """
        select m.uuid_text, m.sequence, m.user_id, m.created, m.event_type, m.deleted, m.objectionable, m.has_files, coalesce(octet_length(m.body), 0),
            (select count(*) from message_file f where f.conversation = m.conversation and f.sequence = m.sequence),
            (select count(*) from report r where r.kind = 'message' and r.subject = @subject)
        from message m where m.conversation = @conversation and m.uuid = @uuid
        """,
        async reader => await reader.ReadAsync()
            ? new MessageSummary(
                conversation, reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3), Rows.Text(reader, 4), reader.GetBoolean(5),
                reader.GetBoolean(6), reader.GetBoolean(7), Whole(reader, 8), reader.GetInt64(9), reader.GetInt64(10))
            : null,
        ("conversation", conversation), ("uuid", uuid), ("subject", uuid.ToString()));

    public async Task<IReadOnlyList<QueuedPush>> PushQueue((long Due, Guid Id)? after, int size) => await database.Read(
        """
        select q.id, q.device, q.application_type, q.conversation, q.message, q.queued, q.due, q.tries from push_queue q
        where q.due >= @due and (q.due > @due or q.id > @id) order by q.due, q.id limit @size
        """,
        reader => Rows.All(reader, row => new QueuedPush(
            row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetGuid(3), Rows.Text(row, 4), row.GetInt64(5), row.GetInt64(6), row.GetInt32(7))),
        ("due", after?.Due ?? long.MinValue), ("id", after?.Id ?? Guid.Empty), ("size", size));

    /// <summary>A sum of integers is an integer of one engine and a bigint or numeric of the other.</summary>
    private static long Whole(DbDataReader row, int at) => Convert.ToInt64(row.GetValue(at), System.Globalization.CultureInfo.InvariantCulture);
}
