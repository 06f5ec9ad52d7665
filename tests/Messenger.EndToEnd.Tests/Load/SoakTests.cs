using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Load;

/// <summary>People come, talk and go, again and again: what the process holds stays what it is.</summary>
/// <remarks><c>MESSENGER_SOAK_MINUTES</c> makes it go on for so long, sixty for the real one; by default it is seconds.</remarks>
public class SoakTests(ITestOutputHelper output)
{
    private const int Together = 12;

    /// <summary>What a process holds besides goes up and down by so much: pools, timers, sockets that are just closing.</summary>
    private const int Play = 60;

    /// <summary>The garbage collector's own play, in MiB.</summary>
    private const long PlayMiB = 96;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task What_a_process_holds_stays_flat()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        var duration = double.TryParse(Environment.GetEnvironmentVariable("MESSENGER_SOAK_MINUTES"), CultureInfo.InvariantCulture, out var minutes)
            ? TimeSpan.FromMinutes(minutes) : Shortest;

        // The first third is warmth: code that is compiled, pools that fill.
        var began = Clock.Now;
        var rounds = await Live(server, began + (duration / 3));
        var before = await Held(server);
        rounds += await Live(server, began + duration);
        var after = await Held(server);

        output.WriteLine($"{rounds} rounds: {before}, then {after}");
        Assert.True(after.Handles <= before.Handles + Play, $"handles: {before}, then {after}");
        Assert.True(after.Threads <= before.Threads + Play, $"threads: {before}, then {after}");
        Assert.True(after.MiB <= (before.MiB * 5 / 4) + PlayMiB, $"memory: {before}, then {after}");
    }

    private static async Task<int> Live(ServerProcess server, TimeSpan end)
    {
        var rounds = 0;
        do
        {
            var people = await Task.WhenAll(Enumerable.Range(0, Together).Select(_ => Phone.Join(server.Settings.WebSocket, Account.New())));
            var talk = await people[0].Group(people[1..]);
            await Task.WhenAll(people.Select(person => person.Say(talk)));
            await people[0].Line.SendText("garbage");
            foreach (var person in people)
            {
                await person.DisposeAsync();
            }

            rounds++;
        }
        while (Clock.Now < end);

        return rounds;
    }

    /// <summary>Once everybody has gone, as far as the process has seen it.</summary>
    private static async Task<Holding> Held(ServerProcess server)
    {
        var least = Read(server.Id);
        await Deadlines.Until(
            () =>
            {
                var now = Read(server.Id);
                (var still, least) = (now.Handles >= least.Handles, now);
                return Task.FromResult(still);
            },
            Deadlines.Frame,
            () => "its handles go down for ever");
        return least;
    }

    private static Holding Read(int process)
    {
        var status = File.ReadAllLines($"/proc/{process}/status");
        long Of(string name) => long.Parse(
            status.Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        return new Holding(Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, Of("Threads"), Of("VmRSS") / 1024);
    }

    private sealed record Holding(int Handles, long Threads, long MiB);
}
