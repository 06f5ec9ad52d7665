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
    /// The most that one message, acknowledged and delivered before the next is sent, may take. Measured: 1.00 calls (the conversation; both people and their
    /// gateway are on the same silo), 1.01 round trips, 757 bytes of write-ahead log, 24 700 bytes allocated, most of them by Npgsql and Orleans once for
    /// each commit and call, and 9.1 items of the thread pool.
    /// </summary>
    private static readonly Counts AlternatingBounds = new(GrainCalls: 1.2, RoundTrips: 1.2, LogBytes: 900, Allocated: 28_000, WorkItems: 11);

    /// <summary>
    /// The same of eight pairs with eight of each author under way: what is done for many at once shows here. Measured: .26 calls, .07 round trips, 532 bytes
    /// of write-ahead log, 6 000 bytes, 1.7 items. How many go together depends on the machine's other work, hence the room.
    /// </summary>
    private static readonly Counts WindowBounds = new(GrainCalls: .5, RoundTrips: .3, LogBytes: 700, Allocated: 8_500, WorkItems: 3);

    /// <summary>Every table's pages are in the log once and the hot paths are compiled.</summary>
    private const int WarmUp = 300;

    private const int Messages = 500;
    private const int Pairs = 8;
    private const int Window = 8;

    [Fact]
    public async Task A_message_takes_no_more_than_before()
    {
        await using var postgres = await PostgresServer.Start();
        await using var redis = await RedisServer.Start();
        var database = postgres.CreateDatabase();
        var file = Path.Combine(Path.GetTempPath(), $"messenger-counts-{Guid.NewGuid():N}");
        var settings = ServerSettings.InCluster("all", database, redis.ConnectionString, "costs", [("Data__MigrateOnStart", "true"), .. Counts.Settings(file)]);
        await using var server = await ServerProcess.StartAsync(settings);
        var pairs = await Task.WhenAll(Enumerable.Range(0, Pairs).Select(_ => Pair.Join(settings.WebSocket)));
        try
        {
            await Checkpoint(database);
            var alternating = await Count(pairs[..1], window: 1, Messages);
            var window = await Count(pairs, Window, 10 * Messages);
            alternating.AtMost(AlternatingBounds);
            window.AtMost(WindowBounds);
        }
        finally
        {
            File.Delete(file);
            await Task.WhenAll(pairs.Select(pair => pair.DisposeAsync().AsTask()));
        }

        async Task<Counts> Count(Pair[] some, int window, int messages)
        {
            await Pair.Say(some, window, WarmUp);
            var before = await Counts.Of(server, file, database);
            await Pair.Say(some, window, messages);
            var each = (await Counts.Of(server, file, database)).Since(before, messages);
            output.WriteLine($"per message, {some.Length} pairs, {window} of each under way: {each}");
            return each;
        }
    }

    /// <summary>Now, so that none comes while it is counted: after one, every page is written to the log whole once more.</summary>
    private static async Task Checkpoint(string postgres)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var checkpoint = source.CreateCommand("checkpoint");
        await checkpoint.ExecuteNonQueryAsync();
    }

    /// <summary>Two people and their dialog.</summary>
    private sealed record Pair(Phone Author, Phone Reader, ConversationHandle Dialog) : IAsyncDisposable
    {
        public static async Task<Pair> Join(Uri server)
        {
            var (author, reader) = (await Phone.Join(server, Account.New()), await Phone.Join(server, Account.New()));
            return new(author, reader, await author.Dialog(reader));
        }

        /// <summary>So many messages of all pairs together, so many of each pair under way; each is delivered before its place is free.</summary>
        public static Task Say(Pair[] pairs, int window, int messages) => Task.WhenAll(pairs.SelectMany(pair => Enumerable.Range(0, window).Select(async _ =>
        {
            for (var i = 0; i < messages / (pairs.Length * window); i++)
            {
                await pair.Reader.Hear((await pair.Author.Say(pair.Dialog)).Text("uuid")!);
            }
        })));

        public async ValueTask DisposeAsync()
        {
            await Author.DisposeAsync();
            await Reader.DisposeAsync();
        }
    }
}
