using System.Text.Json;
using Messenger.Ports;
using Messenger.Providers.Relational;

namespace Messenger.Providers.Sqlite;

/// <summary>The data directory has one process at a time: whoever wrote here before is gone, and needs no fence.</summary>
internal sealed class SqliteTakeover(IDatabase database, IWriterName self) : ITakeover
{
    public async Task<IReadOnlyList<string>> Writers() => await database.Read(
        "select name from log_writer union select @self",
        reader => Rows.All(reader, row => row.GetString(0)),
        ("self", self.Name));

    public async Task<IReadOnlyList<Guid>> Fence(string writer)
    {
        var stored = await database.Read(
            "select unsettled from log_writer where name = @writer",
            reader => Rows.All(reader, row => row.GetString(0)),
            ("writer", writer));
        return [.. stored.SelectMany(list => JsonSerializer.Deserialize<Guid[]>(list) ?? [])];
    }

    public Task Retire(string writer) => database.Write("delete from log_writer where name = @writer", ("writer", writer));
}
