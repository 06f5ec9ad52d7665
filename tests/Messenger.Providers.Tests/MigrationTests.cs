using System.Runtime.Versioning;
using Messenger.Providers.Postgres;
using Messenger.Providers.Schema;
using Messenger.Providers.Sqlite;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>Databases of any age meet this release.</summary>
[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
[SupportedOSPlatform("linux")]
public sealed class MigrationTests(PostgresFixture fixture) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("messenger-migrations-").FullName;

    private string Database => Path.Combine(_folder, "made", "messenger.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SQLite_files_are_made_for_this_account_alone()
    {
        SqliteMigrations.Apply(Database);

        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(mine | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(Database)!));
        Assert.All(Directory.GetFiles(Path.GetDirectoryName(Database)!), file => Assert.Equal(mine, File.GetUnixFileMode(file)));
        SqliteMigrations.PendingOrThrow(Database);
        using var connection = new SqliteConnection(new SqliteOptions(Database).GrainStateConnectionString + ";Pooling=False");
        connection.Open();
        Assert.Equal("wal", Scalar(connection, "pragma journal_mode"));

        // Orleans opens its connections itself: what they flush is what the engine does by default.
        Assert.Equal(2L, Scalar(connection, "pragma synchronous"));
    }

    [Fact]
    public async Task Processes_that_start_together_agree()
    {
        var connectionString = fixture.Server.CreateDatabase();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => SqliteMigrations.Apply(Database))));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PostgresMigrations.Apply(connectionString))));

        SqliteMigrations.PendingOrThrow(Database);
        PostgresMigrations.PendingOrThrow(connectionString);
    }

    [Fact]
    public void A_server_that_may_not_migrate_says_so()
    {
        var connectionString = fixture.Server.CreateDatabase();

        Assert.Contains("run the migration first", Assert.Throws<SchemaPendingException>(() => SqliteMigrations.PendingOrThrow(Database)).Message);
        Assert.Contains(
            "run the migration first", Assert.Throws<SchemaPendingException>(() => PostgresMigrations.PendingOrThrow(connectionString)).Message);
        PostgresMigrations.Apply(connectionString, upTo: 1);
        Assert.Throws<SchemaPendingException>(() => PostgresMigrations.PendingOrThrow(connectionString));
    }

    [Fact]
    public void A_database_of_a_newer_release_is_refused()
    {
        var connectionString = fixture.Server.CreateDatabase();
        SqliteMigrations.Apply(Database);
        PostgresMigrations.Apply(connectionString);
        const string newer = "insert into schema_version (version, name, applied) values (99, '0099_later', 'later')";
        using (var sqlite = new SqliteConnection($"Data Source={Database};Pooling=False"))
        using (var postgres = new NpgsqlConnection(connectionString + ";Pooling=False"))
        {
            sqlite.Open();
            Scalar(sqlite, newer);
            postgres.Open();
            Scalar(postgres, newer);
        }

        Assert.All(
            (Action[])
            [
                () => SqliteMigrations.Apply(Database), () => SqliteMigrations.PendingOrThrow(Database),
                () => PostgresMigrations.Apply(connectionString), () => PostgresMigrations.PendingOrThrow(connectionString),
            ],
            check => Assert.Contains("schema version 99", Assert.Throws<SchemaTooNewException>(check).Message));
    }

    [Fact]
    public void What_a_migration_does_to_rows_is_said_and_credentials_in_clear_are_gone()
    {
        var connectionString = fixture.Server.CreateDatabase();
        SqliteMigrations.Apply(Database, upTo: 38);
        PostgresMigrations.Apply(connectionString, upTo: 38);
        using var sqlite = new SqliteConnection(new SqliteOptions(Database).GrainStateConnectionString + ";Pooling=False");
        using var postgres = new NpgsqlConnection(connectionString + ";Pooling=False");
        sqlite.Open();
        postgres.Open();
        foreach (var (at, payload) in new[] { """{"Pending":[{"Uuid":"clear"}]}""", """{"Pending":[{"Uuid":null}]}""" }.Index())
        {
            var row = $"insert into orleansstorage (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, serviceid, payloadbinary, modifiedon, version) values ({at}, 0, 0, 0, 'state.phone', 'x'";
            Scalar(sqlite, $"{row}, cast('{payload}' as blob), '2026-01-01', 1)");
            Scalar(postgres, $"{row}, convert_to('{payload}', 'UTF8'), now(), 1)");
        }

        foreach (var (changes, connection) in new (IReadOnlyList<string>, System.Data.Common.DbConnection)[]
        {
            (SqliteMigrations.Apply(Database), sqlite), (PostgresMigrations.Apply(connectionString), postgres),
        })
        {
            Assert.Contains("0039_phone changed 1 rows", Assert.Single(changes), StringComparison.Ordinal);
            Assert.Equal(1L, Convert.ToInt64(Scalar(connection, "select count(*) from orleansstorage"), System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Empty(SqliteMigrations.Apply(Database));
    }

    private static object? Scalar(System.Data.Common.DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
