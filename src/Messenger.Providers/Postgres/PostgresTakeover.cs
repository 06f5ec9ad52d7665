using Messenger.Ports;
using Messenger.Providers.Relational;

namespace Messenger.Providers.Postgres;

/// <summary>Take-over by the row that every commit of a process goes through.</summary>
internal sealed class PostgresTakeover(IDatabase database, IWriterName self) : ITakeover
{
    public async Task<IReadOnlyList<string>> Writers() => await database.Read(
        "select name from log_writer union select @self::text",
        reader => Rows.All(reader, row => row.GetString(0)),
        ("self", self.Name));

    public async Task<IReadOnlyList<Guid>> Fence(string writer)
    {
        // A process that stopped in the middle of a commit may hold its row as long as its connection lives.
        await database.Read(
            "select pg_terminate_backend(a.pid) from log_writer w join pg_stat_activity a on a.pid = w.backend and a.application_name = 'messenger-log' where w.name = @writer and not w.fenced",
            reader => Rows.All(reader, row => row.GetBoolean(0)),
            ("writer", writer));

        // A name without a row may be about to write its first one: it finds itself fenced.
        var rows = await database.Read(
            "insert into log_writer (name, fenced) values (@writer, true) on conflict (name) do update set fenced = true returning unsettled",
            reader => Rows.All(reader, row => row.GetFieldValue<Guid[]>(0)),
            ("writer", writer));
        return rows[0];
    }

    public Task Retire(string writer) => database.Write(PostgresStoreHistory.Retire("name = @writer and fenced"), ("writer", writer));
}
