using Messenger.Providers.Schema;
using Microsoft.Data.Sqlite;

namespace Messenger.Providers.Sqlite;

/// <summary>Makes and upgrades the files of the embedded store.</summary>
public static class SqliteMigrations
{
    private const UnixFileMode OnlyMe = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly IReadOnlyList<Script> Log = Script.In("Sqlite/Migrations");
    private static readonly IReadOnlyList<Script> Grains = Script.In("Sqlite/GrainMigrations");

    /// <summary>Brings both files to this release's version; makes them, mode 0600 in a folder of mode 0700, where there are none.</summary>
    /// <exception cref="SchemaTooNewException">A newer release was here.</exception>
    public static void Apply(string path) => Apply(path, int.MaxValue);

    /// <summary>For a server that may not migrate.</summary>
    /// <exception cref="SchemaTooNewException">A newer release was here.</exception>
    /// <exception cref="SchemaPendingException">The files are missing or older than this release.</exception>
    public static void PendingOrThrow(string path)
    {
        var options = new SqliteOptions(path);
        Check(options.Path, options.ConnectionString, Log);
        Check(options.GrainStatePath, options.GrainStateConnectionString, Grains);
    }

    internal static void Apply(string path, int upTo)
    {
        var options = new SqliteOptions(path);
        Apply(options.Path, options.ConnectionString, Log, upTo);
        Apply(options.GrainStatePath, options.GrainStateConnectionString, Grains, upTo);
    }

    private static void Apply(string path, string connectionString, IReadOnlyList<Script> scripts, int upTo)
    {
        Make(path);
        using var connection = Open(connectionString);
        using (var command = connection.CreateCommand())
        {
            // Stays with the file: readers and the writer do not wait for each other.
            command.CommandText = "pragma journal_mode = wal";
            command.ExecuteNonQuery();
        }

        // Opening a transaction takes the write lock here: nothing else is needed against a second process.
        new Migrator($"database {path}", scripts, lockStatement: "").Apply(connection, upTo);
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
