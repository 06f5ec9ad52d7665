using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Messenger.Providers.Sqlite;

/// <summary>Looks at the pages of the embedded files before a server trusts them: what is damaged is found at the start, and not by somebody's request weeks later.</summary>
public static class SqliteIntegrity
{
    /// <summary>A start is not held up for longer: some gigabytes are looked through in it, and the rest of larger files is not.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private const int Interrupted = 9;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <summary>What is wrong with a file, and its path; null where nothing was found, or nothing is there yet.</summary>
    public static string? Fault(string path)
    {
        var options = new SqliteOptions(path);
        var started = Stopwatch.GetTimestamp();
        return Fault(options.Path, options.ConnectionString, started) ?? Fault(options.GrainStatePath, options.GrainStateConnectionString, started);
    }

    private static string? Fault(string path, string connectionString, long started)
    {
        if (!File.Exists(path) || Limit - Stopwatch.GetElapsedTime(started) is not { Ticks: > 0 } left)
        {
            return null;
        }

        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
            connection.Open();
            return Fault(connection, left) is { } found ? $"{path} is damaged ({found})" : null;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            return $"{path} is damaged ({StoreFault.Words(e)})";
        }
    }

    private static string? Fault(SqliteConnection connection, TimeSpan limit)
    {
        using var command = connection.CreateCommand();

        // The first finding will do; indexes are not compared with their tables, which would read everything twice.
        command.CommandText = "pragma quick_check(1)";
        using var ended = new ManualResetEvent(false);
        var timer = new Timer(_ => raw.sqlite3_interrupt(connection.Handle), null, limit, Timeout.InfiniteTimeSpan);
        try
        {
            return command.ExecuteScalar() is string result && result != "ok" ? result.ReplaceLineEndings(" ") : null;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Interrupted)
        {
            return null;
        }
        finally
        {
            // The handle must not be interrupted once it is closed.
            if (timer.Dispose(ended))
            {
                ended.WaitOne();
            }
        }
    }
}
