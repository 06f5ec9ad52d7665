using System.Text.Json;
using Messenger.Providers.Relational;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>One open connection with its prepared statements; used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>By text. Arguments never change a text, so these are as many as there are statements in the source.</summary>
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    public SqliteSession(string connectionString, bool writes)
    {
        // A connection of ours is closed when we say so, not kept by a pool.
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        try
        {
            Connection.Open();
            using var command = Connection.CreateCommand();
            command.CommandText = writes
                ? "pragma synchronous = full; pragma busy_timeout = 4000; pragma secure_delete = on"
                : "pragma query_only = on; pragma busy_timeout = 4000";
            command.ExecuteNonQuery();
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection { get; }

    /// <summary>A statement with these arguments set.</summary>
    public SqliteCommand Command(string sql, IReadOnlyList<Argument> arguments, SqliteTransaction? transaction = null)
    {
        var command = Prepared(sql);
        command.Transaction = transaction;
        foreach (var (name, value) in arguments)
        {
            Set(command, name, value);
        }

        return command;
    }

    public static void Set(SqliteCommand command, string name, object? value)
    {
        name = "@" + name;
        var index = command.Parameters.IndexOf(name);
        var parameter = index < 0 ? command.Parameters.Add(new SqliteParameter(name, DBNull.Value)) : command.Parameters[index];
        parameter.Value = Stored(value);
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        Connection.Dispose();
    }

    /// <summary>Uuids are text in lower case, lists are JSON.</summary>
    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        Guid uuid => uuid.ToString(),
        Guid[] uuids => JsonSerializer.Serialize(uuids),
        string[] texts => JsonSerializer.Serialize(texts),
        _ => value,
    };

    private SqliteCommand Prepared(string sql)
    {
        if (_prepared.TryGetValue(sql, out var command))
        {
            return command;
        }

        command = Connection.CreateCommand();
        command.CommandText = sql;
        _prepared.Add(sql, command);
        return command;
    }
}
