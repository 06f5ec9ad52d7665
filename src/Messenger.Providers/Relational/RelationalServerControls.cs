using Messenger.Ports;

namespace Messenger.Providers.Relational;

/// <summary>A row for each setting.</summary>
internal sealed class RelationalServerControls(IDatabase database) : IServerControls
{
    public async Task<IReadOnlyList<ServerControl>> List() => await database.Read(
        "select s.name, s.value, s.set_by, s.set_at from server_control s order by s.name",
        reader => Rows.All(reader, row => new ServerControl(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3))));

    public Task Set(string name, string? value, string by, long now) => value is null
        ? database.Write("delete from server_control where name = @name", ("name", name))
        : database.Write(
            """
            insert into server_control (name, value, set_by, set_at) values (@name, @value, @by, @now)
            on conflict (name) do update set value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at
            """,
            ("name", name), ("value", value), ("by", by), ("now", now));
}
