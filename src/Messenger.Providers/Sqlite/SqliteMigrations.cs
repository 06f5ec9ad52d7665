using Messenger.Providers.Schema;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>Makes and upgrades the files of the embedded store.</summary>
public static class SqliteMigrations
{
    /// <summary>64 MiB in the engine's pages of 4 KiB.</summary>
    private const int SmallPages = 16 * 1024;

    /// <summary>16 MiB.</summary>
    private const int FreedPages = 4096;

    private const UnixFileMode OnlyMe = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly IReadOnlyList<Script> Log = Script.In("Sqlite/Migrations");
    private static readonly IReadOnlyList<Script> Grains = Script.In("Sqlite/GrainMigrations");

    /// <summary>Brings both files to this release's version; makes them, mode 0600 in a folder of mode 0700, where there are none.</summary>
    /// <exception cref="SchemaTooNewException">A newer release was here.</exception>
    /// <returns>What was done to rows that were there, a sentence each.</returns>
    public static IReadOnlyList<string> Apply(string path) => Apply(path, int.MaxValue);

    /// <summary>For a server that may not migrate.</summary>
    /// <exception cref="SchemaTooNewException">A newer release was here.</exception>
    /// <exception cref="SchemaPendingException">The files are missing or older than this release.</exception>
    public static void PendingOrThrow(string path)
    {
        var options = new SqliteOptions(path);
        Check(options.Path, options.ConnectionString, Log);
        Check(options.GrainStatePath, options.GrainStateConnectionString, Grains);
    }

    internal static IReadOnlyList<string> Apply(string path, int upTo)
    {
        var options = new SqliteOptions(path);
        return
        [
            .. Apply(options.Path, options.ConnectionString, Log, upTo),
            .. Apply(options.GrainStatePath, options.GrainStateConnectionString, Grains, upTo),
        ];
    }

    private static IReadOnlyList<string> Apply(string path, string connectionString, IReadOnlyList<Script> scripts, int upTo)
    {
        Make(path);
        using var connection = Open(connectionString);
        using (var command = connection.CreateCommand())
        {
            // Both stay with the file, the first where it is new: free pages can be given back, and readers and the writer do not wait for each other.
            command.CommandText = "pragma auto_vacuum = incremental; pragma journal_mode = wal; pragma secure_delete = on";
            command.ExecuteNonQuery();
        }

        // Opening a transaction takes the write lock here: nothing else is needed against a second process.
        var changes = new Migrator($"database {path}", scripts, lockStatement: "").Apply(connection, upTo);
        Compact(connection);
        return changes;
    }

    /// <summary>
    /// What was deleted is gone from the file too: what earlier releases left in free pages, and Orleans' statements, which know no secure_delete, leave
    /// between rows. A small file is written anew in a fraction of a second; of a large one some free pages are given back at each start.
    /// </summary>
    private static void Compact(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select (select page_count from pragma_page_count) <= @small and (select freelist_count from pragma_freelist_count) > 0";
        command.Parameters.AddWithValue("@small", SmallPages);
        var rewrites = (long)command.ExecuteScalar()! == 1;
        command.CommandText = rewrites ? "vacuum" : $"pragma incremental_vacuum({FreedPages})";
        command.ExecuteNonQuery();
    }

    private static void Check(string path, string connectionString, IReadOnlyList<Script> scripts)
    {
        var migrator = new Migrator($"database {path}", scripts, lockStatement: "");
        if (!File.Exists(path))
        {
            throw new SchemaPendingException($"There is no database {path}: run the migration first.");
        }

        using var connection = Open(connectionString);
        using var command = connection.CreateCommand();
        command.CommandText = "select exists (select 1 from sqlite_master where name = 'schema_version')";
        migrator.PendingOrThrow(connection, versioned: (long)command.ExecuteScalar()! == 1);
    }

    private static void Make(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, OnlyMe | UnixFileMode.UserExecute);
        }

        // The engine gives its side files the mode of the database itself.
        using (new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = OnlyMe,
        }))
        {
        }
    }

    private static SqliteConnection Open(string connectionString)
    {
        // Not pooled: a migration leaves no open file behind.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
