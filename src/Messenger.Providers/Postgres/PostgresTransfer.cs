using System.Data;
using System.Globalization;
using Messenger.Providers.Transfer;
using Npgsql;
using NpgsqlTypes;

namespace Messenger.Providers.Postgres;

/// <summary>All tables of the database, in one transaction: a server may go on writing while they are read.</summary>
public sealed class PostgresTransfer : ITransferEnd
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private PostgresTransfer(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    public static async Task<PostgresTransfer> Open(string connectionString)
    {
        // A table takes as long as it takes.
        var limits = new NpgsqlConnectionStringBuilder(new PostgresOptions(connectionString).Single("messenger-transfer")) { CommandTimeout = 0 };
        var connection = new NpgsqlConnection(limits.ToString());
        await connection.OpenAsync();
        return new PostgresTransfer(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead));
    }

    public async Task<IReadOnlyList<TransferTable>> Tables()
    {
        // Partitions are reached by their parents.
        await using var command = Command("""
            select c.relname, array_agg(a.attname::text order by a.attnum), array_agg(t.typname::text order by a.attnum)
            from pg_class c
                join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                join pg_type t on t.oid = a.atttypid
            where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all($1)
            group by c.relname order by c.relname
            """);
        command.Parameters.AddWithValue(ExcludedTables.Tables.ToArray());
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<TransferTable>();
        while (await reader.ReadAsync())
        {
            var columns = reader.GetFieldValue<string[]>(1).Zip(reader.GetFieldValue<string[]>(2), (name, type) => new TransferColumn(name, type));
            tables.Add(new TransferTable(reader.GetString(0), [.. columns]));
        }

        return tables;
    }

    public async IAsyncEnumerable<object?[]> Read(TransferTable table)
    {
        await using var command = Command($"select {table.ColumnList} from {table.Name}{ExcludedTables.Where(table)}");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var row = new object?[table.Columns.Count];
            for (var at = 0; at < row.Length; at++)
            {
                row[at] = reader.IsDBNull(at) ? null : Plain(reader.GetValue(at));
            }

            yield return row;
        }
    }

    public async Task Write(TransferTable table, IAsyncEnumerable<object?[]> rows)
    {
        await using (var copy = await _connection.BeginBinaryImportAsync($"copy {table.Name} ({table.ColumnList}) from stdin (format binary)"))
        {
            await foreach (var row in rows)
            {
                await copy.StartRowAsync();
                for (var at = 0; at < row.Length; at++)
                {
                    await (row[at] is { } value ? Write(copy, value, table.Columns[at].Type) : copy.WriteNullAsync());
                }
            }

            await copy.CompleteAsync();
        }

        // A column that counts by itself goes on after the highest.
        foreach (var column in table.Columns.Where(column => column.Type == "int8"))
        {
            await using var command = Command(
                $"select setval(s.name, m.highest) from pg_get_serial_sequence($1, $2) s(name), (select max({column.Name}) as highest from {table.Name}) m "
                + "where s.name is not null and m.highest is not null");
            command.Parameters.AddWithValue(table.Name);
            command.Parameters.AddWithValue(column.Name);
            await command.ExecuteNonQueryAsync();
        }
    }

    public Task Commit() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static object Plain(object value) => value switch
    {
        Guid uuid => uuid.ToString(),
        byte[] bytes => Convert.ToBase64String(bytes),
        DateTime instant => instant.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        int or short => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        long or string or bool => value,
        _ => throw new TransferRefusedException($"A column of type {value.GetType().Name} is not known to the export."),
    };

    private static Task Write(NpgsqlBinaryImporter copy, object value, string type) => type switch
    {
        "uuid" => copy.WriteAsync(Guid.Parse((string)value), NpgsqlDbType.Uuid),
        "text" or "varchar" => copy.WriteAsync((string)value, NpgsqlDbType.Text),
        "int8" => copy.WriteAsync((long)value, NpgsqlDbType.Bigint),
        "int4" => copy.WriteAsync(checked((int)(long)value), NpgsqlDbType.Integer),
        "int2" => copy.WriteAsync(checked((short)(long)value), NpgsqlDbType.Smallint),
        "bool" => copy.WriteAsync((bool)value, NpgsqlDbType.Boolean),
        "bytea" => copy.WriteAsync(Convert.FromBase64String((string)value), NpgsqlDbType.Bytea),
        "timestamptz" => copy.WriteAsync(
            DateTime.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal), NpgsqlDbType.TimestampTz),
        _ => throw new TransferRefusedException($"A column of type {type} is not known to the import."),
    };

    private NpgsqlCommand Command(string sql) => new(sql, _connection, _transaction);
}
