using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Npgsql;

namespace Messenger.EndToEnd.Tests.Costs;

/// <summary>What a server has done since its start.</summary>
/// <param name="GrainCalls">Calls from grain to grain and from the gateway to grains that were answered.</param>
/// <param name="RoundTrips">Commands, or batches of commands, that went to PostgreSQL.</param>
/// <param name="LogBytes">Bytes of PostgreSQL's write-ahead log, full pages included.</param>
/// <param name="Allocated">Bytes on the managed heap.</param>
/// <param name="WorkItems">Items that the thread pool has run: each is a change of thread.</param>
/// <param name="PausedMs">Milliseconds in which the garbage collector had everything stand still. Told, and held to no bound: it is a time.</param>
public sealed record Counts(double GrainCalls, double RoundTrips, double LogBytes, double Allocated, double WorkItems, double PausedMs = 0)
{
    /// <summary>Settings of a server that can be asked.</summary>
    public static (string Key, string Value)[] Settings(string file) =>
        [("DOTNET_STARTUP_HOOKS", typeof(Counts).Assembly.Location), (StartupHook.File, file)];

    public static async Task<Counts> Of(ServerProcess server, string file, string postgres)
    {
        File.Delete(file);
        server.Resume();
        await Deadlines.Until(() => Task.FromResult(File.Exists(file)), Deadlines.Frame, () => "the server did not write its counts");
        var values = (await File.ReadAllTextAsync(file)).Split(' ').Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray();
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var position = source.CreateCommand("select (pg_current_wal_insert_lsn() - '0/0')::float8");
        return new(values[0], values[1], (double)(await position.ExecuteScalarAsync())!, values[2], values[3], values[4]);
    }

    /// <summary>From another time to this one, for each of so many messages.</summary>
    public Counts Since(Counts earlier, int messages) => new(
        (GrainCalls - earlier.GrainCalls) / messages, (RoundTrips - earlier.RoundTrips) / messages, (LogBytes - earlier.LogBytes) / messages,
        (Allocated - earlier.Allocated) / messages, (WorkItems - earlier.WorkItems) / messages, (PausedMs - earlier.PausedMs) / messages);

    /// <summary>Fails where one of these is more than its bound, or nothing was counted.</summary>
    public void AtMost(Counts bounds)
    {
        Assert.True(GrainCalls > 0 && RoundTrips > 0 && LogBytes > 0 && Allocated > 0 && WorkItems > 0, $"nothing was counted: {this}");
        Assert.True(GrainCalls <= bounds.GrainCalls, $"grain calls per message: {GrainCalls:0.00}, at most {bounds.GrainCalls}");
        Assert.True(RoundTrips <= bounds.RoundTrips, $"round trips to PostgreSQL per message: {RoundTrips:0.00}, at most {bounds.RoundTrips}");
        Assert.True(LogBytes <= bounds.LogBytes, $"bytes in PostgreSQL's log per message: {LogBytes:0}, at most {bounds.LogBytes}");
        Assert.True(Allocated <= bounds.Allocated, $"bytes allocated per message: {Allocated:0}, at most {bounds.Allocated}");
        Assert.True(WorkItems <= bounds.WorkItems, $"work items of the thread pool per message: {WorkItems:0.0}, at most {bounds.WorkItems}");
    }
}
