using Npgsql;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>Transactions that commit in another order than they began.</summary>
[Collection("PostgreSQL")]
public sealed class PostgresChangesTests(PostgresFixture fixture)
{
    /// <summary>The trap of every number that is drawn before its transaction is over: a reader goes past it, and never comes back.</summary>
    [Fact]
    public async Task What_a_slow_transaction_changed_is_found_by_who_read_past_it()
    {
        var (store, ann) = (fixture.Store, Sample.User("ann"));
        var (slow, quick) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var conversation in new[] { slow, quick })
        {
            await store.Log.Append(Sample.Created(conversation, Guid.NewGuid(), false, ann));
        }

        var since = (await store.Changes.Now()).Position;
        await using var connection = new NpgsqlConnection(fixture.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var change = new NpgsqlCommand(
            "update conversation set changed = cast(cast(pg_current_xact_id() as text) as bigint) where conversation = $1", connection, transaction))
        {
            change.Parameters.Add(new NpgsqlParameter { Value = slow });
            await change.ExecuteNonQueryAsync();
        }

        await store.Log.Append(Sample.Said(quick, Sample.Message(1, ann)));
        var between = await store.Changes.Now();
        Assert.Equal([quick], await store.Changes.Changed(ann, since, Guid.Empty, 10));

        await transaction.CommitAsync();
        Assert.Contains(slow, await store.Changes.Changed(ann, between.Position, Guid.Empty, 10));

        // And once nothing is open, nothing is told twice.
        var after = await store.Changes.Now();
        Assert.DoesNotContain(slow, await store.Changes.Changed(ann, after.Position, Guid.Empty, 10));
    }
}
