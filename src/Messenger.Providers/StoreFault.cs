using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Messenger.Providers;

/// <summary>What a store's refusal means, in words that name no host, no user and no value.</summary>
public static class StoreFault
{
    /// <summary>SQLite's primary result codes that an operator can do something about.</summary>
    private const int Io = 10;

    private const int Corrupt = 11;
    private const int Full = 13;
    private const int NotADatabase = 26;
    private const int ReadOnly = 8;

    /// <summary>The innermost cause that says something.</summary>
    public static string Words(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        for (var next = fault; next is not null; next = next.InnerException)
        {
            switch (next)
            {
                case PostgresException server:
                    return $"PostgreSQL says {server.SqlState} ({Meaning(server.SqlState)})";
                case SqliteException file:
                    return $"SQLite says {file.SqliteErrorCode} ({Meaning(file.SqliteErrorCode)})";
                case NpgsqlException { InnerException: null } pool when pool.Message.Contains("pool has been exhausted", StringComparison.Ordinal):
                    return "all connections of the pool are in use";
            }
        }

        return fault is DbException or TimeoutException ? "the store does not answer" : fault.GetType().Name;
    }

    private static string Meaning(string state) => state switch
    {
        PostgresErrorCodes.DiskFull => "its disk is full",
        PostgresErrorCodes.TooManyConnections => "it has no connection left, for all or for this role",
        PostgresErrorCodes.ReadOnlySqlTransaction => "it is read only",
        PostgresErrorCodes.InsufficientPrivilege => "this role may not",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => "it refuses this user or password",
        PostgresErrorCodes.InvalidCatalogName => "it has no such database",
        PostgresErrorCodes.ProtocolViolation => "it, or the pooler before it, refuses how this connects",
        PostgresErrorCodes.DuplicatePreparedStatement => "the pooler before it shares connections by transaction",
        PostgresErrorCodes.CannotConnectNow => "it is starting or stopping",
        PostgresErrorCodes.OutOfMemory => "it is out of memory",
        _ => state[..2] switch
        {
            "08" => "the connection failed",
            "53" => "it is out of something",
            "57" => "an operator intervened",
            "58" => "its system failed",
            _ => "an error",
        },
    };

    private static string Meaning(int code) => code switch
    {
        Full => "the disk is full",
        Corrupt or NotADatabase => "the file is damaged",
        ReadOnly => "the file is read only",
        Io => "the disk failed",
        _ => "an error",
    };
}
