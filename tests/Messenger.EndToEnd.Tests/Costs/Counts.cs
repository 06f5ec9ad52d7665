using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Npgsql;

namespace Messenger.EndToEnd.Tests.Costs;

/// <summary>What a server has done since its start.</summary>
/// <param name="GrainCalls">Calls from grain to grain and from the gateway to grains that were answered.</param>
/// <param name="RoundTrips">Commands, or batches of commands, that went to PostgreSQL.</param>
/// <param name="LogBytes">Bytes of PostgreSQL's write-ahead log, full pages included.</param>
/// <param name="Allocated">Bytes on the managed heap.</param>
public sealed record Counts(double GrainCalls, double RoundTrips, double LogBytes, double Allocated)
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
        return new(values[0], values[1], (double)(await position.ExecuteScalarAsync())!, values[2]);
    }

    /// <summary>From another time to this one, for each of so many messages.</summary>
    public Counts Since(Counts earlier, int messages) => new(
        (GrainCalls - earlier.GrainCalls) / messages, (RoundTrips - earlier.RoundTrips) / messages, (LogBytes - earlier.LogBytes) / messages,
        (Allocated - earlier.Allocated) / messages);
}
