using Messenger.Providers.Postgres;
using Messenger.Testing.Servers;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>Where several servers are named and the first is a standby, as it is after each failover, commands find the primary.</summary>
public sealed class PostgresPrimaryTests
{
    [Fact]
    public async Task Migrations_the_identity_and_an_import_go_to_the_primary()
    {
        await using var primary = await PostgresServer.Start();
        primary.CreateDatabase("first");
        await using var standby = await primary.Replicate();
        var both = $"Host=127.0.0.1:{standby.Port},127.0.0.1:{primary.Port};Username=messenger;Database=first";

        PostgresMigrations.Apply(both);
        PostgresMigrations.PendingOrThrow(both);
        await PostgresIdentity.Make(both, "first", "first", "first", "Test");
        Assert.Equal("first", (await PostgresIdentity.Read(both))?.Cluster);
        await using var transfer = await PostgresTransfer.Open(both);
        var tables = await transfer.Tables();
        await transfer.Write(tables.First(table => table.Name == "blacklist"), Nothing());
        await transfer.Commit();
    }

    private static async IAsyncEnumerable<object?[]> Nothing()
    {
        await Task.CompletedTask;
        yield break;
    }
}
