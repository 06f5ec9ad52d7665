using Messenger.Providers.Postgres;
using Messenger.Providers.Sqlite;
using Messenger.Testing.Servers;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>One PostgreSQL for all tests that do not pause it.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public Store Store { get; private set; } = null!;

    public string ConnectionString { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await PostgresServer.Start();
        ConnectionString = Server.CreateDatabase();
        PostgresMigrations.Apply(ConnectionString);
        Store = Store.Postgres(ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await Server.DisposeAsync();
    }
}

[CollectionDefinition("PostgreSQL")]
public sealed class PostgresTests : ICollectionFixture<PostgresFixture>;

/// <summary>An embedded store in a folder of its own.</summary>
public sealed class SqliteFixture : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("messenger-sqlite-").FullName;

    public string Database => Path.Combine(Folder, "data", "messenger.db");

    public Store Store { get; private set; } = null!;

    public Task InitializeAsync()
    {
        SqliteMigrations.Apply(Database);
        Store = Store.Sqlite(Database);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

[CollectionDefinition("SQLite")]
public sealed class SqliteTests : ICollectionFixture<SqliteFixture>;
