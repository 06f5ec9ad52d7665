using Messenger.EndToEnd.Tests.Harness;
using Messenger.Testing.Servers;
using Npgsql;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Costs;

/// <summary>
/// What one message of a dialog costs a server with PostgreSQL, counted and not timed. A change that makes a message dearer fails here and
/// says so; who means it raises the bound.
/// </summary>
public class CostTests(ITestOutputHelper output)
{
    /// <summary>
    /// The most that one message, acknowledged and delivered before the next is sent, may take. Measured: 2.01 calls (the conversation, and one of the
    /// stream to its gateway; both people are on the same silo), 1.00 round trips, 614 bytes of write-ahead log, 26 400 bytes allocated.
    /// </summary>
    private static readonly Counts Bounds = new(GrainCalls: 2.3, RoundTrips: 1.2, LogBytes: 800, Allocated: 32_000);

    /// <summary>Every table's pages are in the log once and the hot paths are compiled.</summary>
    private const int WarmUp = 300;

    private const int Messages = 500;

    [Fact]
    public async Task A_message_takes_no_more_calls_round_trips_and_bytes_than_before()
    {
        await using var postgres = await PostgresServer.Start();
        await using var redis = await RedisServer.Start();
        var database = postgres.CreateDatabase();
        var file = Path.Combine(Path.GetTempPath(), $"messenger-counts-{Guid.NewGuid():N}");
        var settings = ServerSettings.InCluster("all", database, redis.ConnectionString, "costs", [("Data__MigrateOnStart", "true"), .. Counts.Settings(file)]);
        await using var server = await ServerProcess.StartAsync(settings);
        await using var author = await Phone.Join(settings.WebSocket, Account.New());
        await using var reader = await Phone.Join(settings.WebSocket, Account.New());
        var conversation = await author.Dialog(reader);
        await Say(WarmUp);
        await Checkpoint(database);
        await Say(WarmUp);

        var before = await Counts.Of(server, file, database);
        await Say(Messages);
        var each = (await Counts.Of(server, file, database)).Since(before, Messages);

        File.Delete(file);
        output.WriteLine($"per message: {each}");
        Assert.True(each.GrainCalls > .5 && each.RoundTrips > .5, $"nothing was counted: {each}");
        Assert.True(each.GrainCalls <= Bounds.GrainCalls, $"grain calls per message: {each.GrainCalls:0.00}, at most {Bounds.GrainCalls}");
        Assert.True(each.RoundTrips <= Bounds.RoundTrips, $"round trips to PostgreSQL per message: {each.RoundTrips:0.00}, at most {Bounds.RoundTrips}");
        Assert.True(each.LogBytes <= Bounds.LogBytes, $"bytes in PostgreSQL's log per message: {each.LogBytes:0}, at most {Bounds.LogBytes}");
        Assert.True(each.Allocated <= Bounds.Allocated, $"bytes allocated per message: {each.Allocated:0}, at most {Bounds.Allocated}");

        async Task Say(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await reader.Hear((await author.Say(conversation)).Text("uuid")!);
            }
        }
    }

    /// <summary>Now, so that none comes while it is counted: after one, every page is written to the log whole once more.</summary>
    private static async Task Checkpoint(string postgres)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var checkpoint = source.CreateCommand("checkpoint");
        await checkpoint.ExecuteNonQueryAsync();
    }
}
