using Messenger.Providers.Postgres;
using Npgsql;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>Which cluster a database is of, and who of it lives.</summary>
[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresIdentityTests(PostgresFixture fixture)
{
    private readonly string _database = fixture.ConnectionString;

    [Fact]
    public async Task An_identity_is_made_once_and_another_one_is_another()
    {
        await Execute("delete from cluster_identity");
        Assert.Null(await PostgresIdentity.Read(_database));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => PostgresIdentity.Make(_database, $"chat-{number}", "new", "old", "Production")));
        var made = await PostgresIdentity.Read(_database);
        await PostgresIdentity.Make(_database, "later", "new", "old", "Development");
        Assert.Equal(made, await PostgresIdentity.Read(_database));

        await PostgresIdentity.MakeAnother(_database, "staging", "Staging");
        var another = await PostgresIdentity.Read(_database);
        Assert.Equal(("staging", "Staging"), (another!.Cluster, another.Environment));
        Assert.NotEqual(made!.Id, another.Id);
    }

    [Fact]
    public async Task Who_renews_lives_until_the_row_is_old_by_the_databases_clock()
    {
        await using var store = Store.Postgres(_database, "member");
        var (stays, leaves, dies) = ($"stays-{Guid.NewGuid():N}", $"leaves-{Guid.NewGuid():N}", $"dies-{Guid.NewGuid():N}");
        foreach (var name in new[] { stays, leaves, dies })
        {
            await store.Members.Renew(name, "worker", 1, 1);
        }

        await store.Members.Leave(leaves);
        await Execute($"update cluster_member set renewed = now() - interval '16 seconds' where name = '{dies}'");
        var living = await PostgresIdentity.Living(_database);
        Assert.Contains(stays, living);
        Assert.DoesNotContain(leaves, living);
        Assert.DoesNotContain(dies, living);

        await store.Members.Renew(dies, "worker", 1, 1);
        Assert.Contains(dies, await PostgresIdentity.Living(_database));
    }

    private async Task Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
