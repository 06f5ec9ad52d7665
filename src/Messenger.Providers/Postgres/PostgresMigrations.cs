using Messenger.Providers.Schema;
using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>Makes and upgrades the tables of the cluster's store.</summary>
public static class PostgresMigrations
{
    private static readonly IReadOnlyList<Script> Scripts = Script.In("Postgres/Migrations");

    /// <summary>Brings the database to this release's version. Processes that start together take turns.</summary>
    /// <exception cref="SchemaTooNewException">A newer release was here.</exception>
    /// <returns>What was done to rows that were there, a sentence each.</returns>
    public static IReadOnlyList<string> Apply(string connectionString) => Apply(connectionString, int.MaxValue);

    /// <summary>For a server that may not migrate.</summary>
    /// <exception cref="SchemaTooNewException">A newer release was here.</exception>
    /// <exception cref="SchemaPendingException">The database is older than this release.</exception>
    public static void PendingOrThrow(string connectionString)
    {
        using var connection = Open(connectionString);
        using var command = new NpgsqlCommand("select to_regclass('schema_version') is not null", connection);
        Migrator(connection).PendingOrThrow(connection, versioned: (bool)command.ExecuteScalar()!);
    }

    internal static IReadOnlyList<string> Apply(string connectionString, int upTo)
    {
        using var connection = Open(connectionString);
        return Migrator(connection).Apply(connection, upTo);
    }

    // The key of the lock is this program's alone: "messenger" in ASCII, cut to eight bytes.
    private static Migrator Migrator(NpgsqlConnection connection) =>
        new($"database {connection.Database}", Scripts, "select pg_advisory_xact_lock(x'6d657373656e6765'::bit(64)::bigint)");

    private static NpgsqlConnection Open(string connectionString)
    {
        // Not pooled: the types of new tables are not known to connections that were there before.
        var connection = new NpgsqlConnection(new PostgresOptions(connectionString).Single("messenger-migrate"));
        connection.Open();
        return connection;
    }
}
