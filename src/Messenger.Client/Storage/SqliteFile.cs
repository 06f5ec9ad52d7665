using Microsoft.Data.Sqlite;

namespace Messenger.Client.Storage;

/// <summary>Statements on one open file. Not for use from several threads at once.</summary>
internal sealed class SqliteFile(SqliteConnection connection) : IDisposable
{
    public void Dispose() => connection.Dispose();

    /// <summary>All or nothing.</summary>
    public void InTransaction(Action work)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            Execute("COMMIT");
        }
        catch
        {
            Execute("ROLLBACK");
            throw;
        }
    }

    public void Execute(string sql, params object?[] arguments)
    {
        using var command = Command(sql, arguments);
        command.ExecuteNonQuery();
    }

    public object? Scalar(string sql, params object?[] arguments)
    {
        using var command = Command(sql, arguments);
        return command.ExecuteScalar();
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params object?[] arguments)
    {
        using var command = Command(sql, arguments);
        using var rows = command.ExecuteReader();
        List<T> found = [];
        while (rows.Read())
        {
            found.Add(read(rows));
        }

        return found;
    }

    private SqliteCommand Command(string sql, object?[] arguments)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var at = 0; at < arguments.Length; at++)
        {
            command.Parameters.AddWithValue($"${at + 1}", arguments[at] ?? DBNull.Value);
        }

        return command;
    }
}
