using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>Uploads under way.</summary>
internal sealed class RelationalUploads(IDatabase database) : IUploads
{
    private const long Day = 24 * 60 * 60 * 1000;

    // The row of the day is locked by its update, so that a user's reservations come one after another; "latest" says that this one fits.
    private const string Insert = """
        insert into upload_day (user_id, day, bytes) values (@user, @day, 0) on conflict (user_id, day) do nothing;
        update upload_day set bytes = bytes + @length, latest = @id
        where user_id = @user and day = @day and bytes + @length <= @bytes
        and (select count(*) from upload u where u.user_id = @user and not u.finished) < @most;
        insert into upload (id, user_id, target, length, offset_, state, generation, finished, created, expires)
        select @id, @user, @target, @length, 0, null, 0, false, @created, @expires
        from upload_day d where d.user_id = @user and d.day = @day and d.latest = @id
        on conflict (id) do nothing
        """;

    // What had not come is given back to the day, while that is the day it was taken from.
    private const string Remove = """
        update upload_day set bytes = bytes - (select u.length - u.offset_ from upload u where u.id = @id)
        where exists (select 1 from upload u where u.id = @id and not u.finished and u.user_id = upload_day.user_id and u.created / 86400000 = upload_day.day);
        insert into file_garbage (file, state) select u.id, u.state from upload u where u.id = @id and not u.finished
        and not exists (select 1 from message_file f where f.file = @id) and not exists (select 1 from avatar a where a.file = @id)
        on conflict (file) do nothing;
        delete from upload where id = @id and not finished
        """;

    // Where the same file had joined before, this one's bytes are not needed.
    private const string Done = """
        insert into file_garbage (file, state) select u.id, u.state from upload u where u.id = @id and not u.finished
        and not exists (select 1 from message_file f where f.file = @id) and not exists (select 1 from avatar a where a.file = @id)
        on conflict (file) do nothing;
        update upload set finished = true, state = null where id = @id and not finished
        """;

    public async Task<Reservation> Reserve(UploadRow upload, UploadLimits limits)
    {
        var day = upload.Created / Day;
        await database.Write(
            Insert,
            ("user", upload.UserId), ("day", day), ("length", upload.Length), ("id", upload.Id), ("bytes", limits.BytesADay), ("most", (long)limits.MaxConcurrent),
            ("target", upload.Target), ("created", upload.Created), ("expires", upload.Expires));
        return await database.Read(
            """
            select count(*) from upload u where u.id = @id;
            select count(*) from upload u where u.user_id = @user and not u.finished
            """,
            async reader =>
            {
                var made = (await Rows.All(reader, row => row.GetInt64(0)))[0] > 0;
                var many = (await Rows.Next(reader, row => row.GetInt64(0)))[0] >= limits.MaxConcurrent;
                return made ? Reservation.Made : many ? Reservation.TooManyAtOnce : Reservation.TooMuchToday;
            },
            ("id", upload.Id), ("user", upload.UserId));
    }

    public async Task<UploadRow?> Find(Guid id) => (await database.Read(
        $"select {Rows.Upload} from upload u where u.id = @id", reader => Rows.All(reader, Rows.ToUpload), ("id", id))).FirstOrDefault();

    public async Task<UploadRow?> Take(Guid id)
    {
        await database.Write("update upload set generation = generation + 1 where id = @id and not finished", ("id", id));
        return await Find(id);
    }

    public async Task<bool> Holds(Guid id, long generation) => await database.Read(
        "select 1 from upload u where u.id = @id and u.generation = @generation",
        reader => reader.ReadAsync(), ("id", id), ("generation", generation));

    public async Task<bool> Advance(Guid id, long generation, long offset, string? state, long expires) => await database.Write(
        "update upload set offset_ = @offset, state = @state, expires = @expires where id = @id and generation = @generation and not finished",
        ("id", id), ("generation", generation), ("offset", offset), ("state", state), ("expires", expires)) > 0;

    public Task Finish(Guid id) => database.Write(Done, ("id", id));

    public Task Drop(Guid id) => database.Write(Remove, ("id", id));

    public Task DropOf(string userId) => DropAll("select u.id from upload u where u.user_id = @user and not u.finished", ("user", userId));

    public Task DropFor(string userId, Guid message) => DropAll(
        "select u.id from upload u where u.user_id = @user and not u.finished and lower(u.target) like @names", ("user", userId), ("names", $"%{message}%"));

    private async Task DropAll(string sql, params IReadOnlyList<Argument> arguments)
    {
        foreach (var id in await Ids(sql, arguments))
        {
            await Drop(id);
        }
    }

    public async Task<int> Expire(long now, int max)
    {
        var expired = await Ids("select u.id from upload u where u.expires < @now limit @max", ("now", now), ("max", max));
        foreach (var id in expired)
        {
            await Drop(id);
            await database.Write("delete from upload where id = @id and expires < @now", ("id", id), ("now", now));
        }

        await database.Write("delete from upload_day where day < @day", ("day", (now / Day) - 1));
        return expired.Count;
    }

    private async Task<IReadOnlyList<Guid>> Ids(string sql, params IReadOnlyList<Argument> arguments) =>
        await database.Read(sql, reader => Rows.All(reader, row => row.GetGuid(0)), arguments);
}
