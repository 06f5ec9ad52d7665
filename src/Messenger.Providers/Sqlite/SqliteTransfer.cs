using Messenger.Providers.Transfer;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>All tables of both files. The caller holds the directory, so that no server writes meanwhile.</summary>
public sealed class SqliteTransfer : ITransferEnd
{
    /// <summary>The grain state last: when a commit of one fails, the other has not been.</summary>
    private readonly (SqliteConnection Connection, SqliteTransaction Transaction)[] _files;

    /// <summary>Which file a table is in.</summary>
    private readonly Dictionary<string, int> _places = [];

    private SqliteTransfer(SqliteOptions options) =>
        _files = [Open(options.ConnectionString), Open(options.GrainStateConnectionString)];

    public static SqliteTransfer Open(SqliteOptions options) => new(options);

    public async Task<IReadOnlyList<TransferTable>> Tables()
    {
        var tables = new List<TransferTable>();
        for (var place = 0; place < _files.Length; place++)
        {
            await using var command = Command(place, """
                select lower(t.name), lower(c.name), lower(c.type) from sqlite_schema t, pragma_table_info(t.name) c
                where t.type = 'table' and t.name not like 'sqlite~_%' escape '~' order by t.name, c.cid
                """);
            await using var reader = await command.ExecuteReaderAsync();
            var columns = new List<(string Table, TransferColumn Column)>();
            while (await reader.ReadAsync())
            {
                columns.Add((reader.GetString(0), new TransferColumn(reader.GetString(1), reader.GetString(2))));
            }

            foreach (var table in columns.GroupBy(column => column.Table, column => column.Column).Where(table => !ExcludedTables.Tables.Contains(table.Key)))
            {
                _places[table.Key] = place;
                tables.Add(new TransferTable(table.Key, [.. table]));
            }
        }

        return [.. tables.OrderBy(table => table.Name, StringComparer.Ordinal)];
    }

    public async IAsyncEnumerable<object?[]> Read(TransferTable table)
    {
        await using var command = Command(_places[table.Name], $"select {table.ColumnList} from {table.Name}{ExcludedTables.Where(table)}");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var row = new object?[table.Columns.Count];
            for (var at = 0; at < row.Length; at++)
            {
                row[at] = reader.IsDBNull(at) ? null : table.Columns[at].Type switch
                {
                    "boolean" => reader.GetBoolean(at),
                    "integer" => reader.GetInt64(at),
                    "blob" => Convert.ToBase64String(reader.GetFieldValue<byte[]>(at)),
                    _ => reader.GetString(at),
                };
            }

            yield return row;
        }
    }

    public async Task Write(TransferTable table, IAsyncEnumerable<object?[]> rows)
    {
        var names = table.Columns.Select((_, at) => $"@p{at}").ToArray();
        await using var command = Command(_places[table.Name], $"insert into {table.Name} ({table.ColumnList}) values ({string.Join(", ", names)})");
        var parameters = names.Select(name => command.Parameters.Add(new SqliteParameter(name, DBNull.Value))).ToArray();
        await foreach (var row in rows)
        {
            for (var at = 0; at < row.Length; at++)
            {
                parameters[at].Value = row[at] is { } value
                    ? table.Columns[at].Type == "blob" ? Convert.FromBase64String((string)value) : value
                    : DBNull.Value;
            }

            await command.ExecuteNonQueryAsync();
        }
    }

    public async Task Commit()
    {
        foreach (var (_, transaction) in _files)
        {
            await transaction.CommitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (connection, transaction) in _files)
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }

    private static (SqliteConnection Connection, SqliteTransaction Transaction) Open(string connectionString)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        connection.Open();
        return (connection, connection.BeginTransaction());
    }

    private SqliteCommand Command(int place, string sql)
    {
        var command = _files[place].Connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, _files[place].Transaction);
        return command;
    }
}
