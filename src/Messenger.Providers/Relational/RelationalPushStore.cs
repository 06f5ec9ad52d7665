using System.Text.Json;
using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Pushes that wait, a row for each device and conversation.</summary>
internal sealed class RelationalPushStore(IDatabase database) : IPushStore
{
    /// <summary>Of the oldest that wait, among whose conversations turns are taken: some times a claim, and few enough to sort at each.</summary>
    private const int FairAmong = 2000;

    private const string Columns = "p.id, p.device, p.application_type, p.conversation, p.message, p.queued, p.due, p.tries";

    public async Task Put(IReadOnlyCollection<QueuedPush> pushes)
    {
        // Each row once and in one order: two processes that put the same rows must not wait for each other.
        var newest = pushes
            .GroupBy(push => (push.Device, push.Conversation))
            .Select(same => same.Last())
            .OrderBy(push => push.Device, StringComparer.Ordinal).ThenBy(push => push.Conversation)
            .ToList();
        if (newest.Count == 0)
        {
            return;
        }

        var rows = newest.Select(push => new
        {
            id = push.Id,
            device = push.Device,
            type = push.ApplicationType,
            conversation = push.Conversation,
            message = push.Message,
            queued = push.Queued,
            due = push.Due,
            expires = push.Expires,
        });
        var source = database.Records(
            "@rows", ("id", "uuid"), ("device", "text"), ("type", "text"), ("conversation", "uuid"), ("message", "text"), ("queued", "bigint"), ("due", "bigint"),
            ("expires", "bigint"));
        await database.Write(
            $"""
            insert into push_queue (device, conversation, id, application_type, message, queued, due, expires)
            select x.device, x.conversation, x.id, x.type, x.message, x.queued, x.due, x.expires from {source} where true
            on conflict (device, conversation) do update set
                id = excluded.id, application_type = excluded.application_type, message = excluded.message,
                queued = excluded.queued, claim = null,
                expires = case when push_queue.expires is null or excluded.expires is null then null
                    when push_queue.expires > excluded.expires then push_queue.expires else excluded.expires end,
                due = case when push_queue.claim is null and push_queue.due > excluded.due then push_queue.due else excluded.due end,
                tries = case when push_queue.claim is null then push_queue.tries else 0 end;
            delete from push_queue where id in (
                select r.id from (
                    select p.id, row_number() over (partition by p.device order by p.queued desc, p.id) as place
                    from push_queue p where {database.Among("p.device", "@devices")}) r
                where r.place > @most)
            """,
            ("rows", JsonSerializer.Serialize(rows)), Argument.List("devices", newest.Select(push => push.Device).Distinct(StringComparer.Ordinal)),
            ("most", IPushStore.MaxPerDevice));
    }

    public async Task<IReadOnlyList<QueuedPush>> Claim(int max, long now, long until, PushFilter filter)
    {
        var claim = Guid.NewGuid();
        var claimed = await database.Write(
            $"""
            update push_queue set claim = @claim, due = @until, tries = tries + 1 where id in (
                select t.id from (
                    select w.id, w.due, row_number() over (partition by w.conversation order by w.due) as turn from (
                        select q.id, q.due, q.conversation from push_queue q
                        where q.due <= @now and (q.expires is null or q.expires > @now) and (@all or {database.Among("lower(q.application_type)", "@only")})
                            and not ({database.Among("lower(q.application_type)", "@without")})
                        order by q.due limit @window {database.TakingTurns}) w) t
                order by t.turn, t.due limit @max)
            """,
            ("claim", claim), ("until", until), ("now", now), ("max", max), ("window", Math.Max(FairAmong, max)), ("all", filter.Only is null),
            Argument.List("only", filter.Only ?? []), Argument.List("without", filter.Without));
        return claimed == 0 ? [] : await database.Read(
            $"select {Columns} from push_queue p where p.claim = @claim order by p.queued",
            reader => Rows.All(reader, row => new QueuedPush(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetGuid(3), Rows.Text(row, 4), row.GetInt64(5), row.GetInt64(6), row.GetInt32(7))),
            ("claim", claim));
    }

    public async Task Done(IReadOnlyCollection<Guid> ids)
    {
        if (ids.Count > 0)
        {
            await database.Write($"delete from push_queue where {database.Among("id", "@ids")}", Argument.List("ids", ids));
        }
    }

    public async Task Postpone(IReadOnlyCollection<(Guid Id, long Due)> pushes)
    {
        if (pushes.Count == 0)
        {
            return;
        }

        var source = database.Records("@rows", ("id", "uuid"), ("due", "bigint"));
        await database.Write(
            $"update push_queue set claim = null, due = x.due from {source} where push_queue.id = x.id",
            ("rows", JsonSerializer.Serialize(pushes.Select(push => new { id = push.Id, due = push.Due }))));
    }

    public Task<int> Expire(long before, int max) => database.Write(
        "delete from push_queue where id in (select p.id from push_queue p where p.queued < @before order by p.queued limit @max)",
        ("before", before), ("max", max));

    public Task ForgetExpired(long now) => database.Write("delete from push_queue where expires <= @now", ("now", now));

    public Task<(long Waiting, long? Oldest)> Backlog() => database.Read<(long, long?)>(
        "select (select count(*) from push_queue), (select p.queued from push_queue p order by p.queued limit 1)",
        async reader =>
        {
            await reader.ReadAsync();
            return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetInt64(1));
        });
}
