using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Xunit.Abstractions;

namespace Messenger.EndToEnd.Tests.Load;

/// <summary>People come, talk and go, again and again: what the process holds stays what it is.</summary>
/// <remarks>
/// <c>MESSENGER_SOAK_MINUTES</c> makes it go on for so long, sixty for the real one, a round a second, and prints what is held each minute; by
/// default it is seconds. Actors leave memory five minutes after their last call: their number is held flat by runs that are longer than that.
/// </remarks>
public class SoakTests(ITestOutputHelper output)
{
    private const int MaxConcurrency = 12;

    /// <summary>What a process holds besides goes up and down by so much: pools, timers, sockets that are just closing.</summary>
    private const int Play = 60;

    /// <summary>The garbage collector's own play, in MiB.</summary>
    private const long PlayMiB = 96;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(6);

    /// <summary>The time until an idle actor leaves memory, and the turn of looking for such.</summary>
    private static readonly TimeSpan Collected = TimeSpan.FromMinutes(6);

    /// <summary>A long run is to show what stays, not how fast it goes: a round a second leaves most of a core to others.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private static readonly HttpClient Http = new();

    private readonly int _operators = Ports.Free(1)[0];

    [Fact]
    public async Task What_a_process_holds_stays_flat()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Admin__Port", $"{_operators}"), ("Admin__Tokens", $"nobody:{new string('0', 64)}")));
        var asked = double.TryParse(Environment.GetEnvironmentVariable("MESSENGER_SOAK_MINUTES"), CultureInfo.InvariantCulture, out var minutes);
        var duration = asked ? TimeSpan.FromMinutes(minutes) : Shortest;

        // The first third is warmth: code that is compiled, pools that fill.
        var began = Clock.Now;
        var rounds = await Live(server, began + (duration / 3), asked);
        var before = await Held(server);
        rounds += await Live(server, began + duration, asked);
        var after = await Held(server);

        output.WriteLine($"{rounds} rounds: {before}, then {after}");
        Assert.True(after.Handles <= before.Handles + Play, $"handles: {before}, then {after}");
        Assert.True(after.Threads <= before.Threads + Play, $"threads: {before}, then {after}");
        Assert.True(after.MiB <= (before.MiB * 5 / 4) + PlayMiB, $"memory: {before}, then {after}");
        Assert.True(after.Actors > 0, "the process tells of no actors");
        if (duration / 3 > Collected)
        {
            Assert.True(after.Actors <= (before.Actors * 5 / 4) + Play, $"actors: {before}, then {after}");
        }
    }

    private async Task<int> Live(ServerProcess server, TimeSpan end, bool paced)
    {
        var rounds = 0;
        var told = Clock.Now;
        do
        {
            var next = Clock.Now + Pace;
            var people = await Task.WhenAll(Enumerable.Range(0, MaxConcurrency).Select(_ => Phone.Join(server.Settings.WebSocket, Account.New())));
            var conversation = await people[0].Group(people[1..]);
            await Task.WhenAll(people.Select(person => person.Say(conversation)));
            await people[0].Connection.SendText("garbage");
            foreach (var person in people)
            {
                await person.DisposeAsync();
            }

            rounds++;
            if (paced && Clock.Now - told > TimeSpan.FromMinutes(1))
            {
                told = Clock.Now;
                output.WriteLine($"{rounds} rounds: {await Read(server.Id)}");
            }

            if (paced && next > Clock.Now)
            {
                await Task.Delay(next - Clock.Now);
            }
        }
        while (Clock.Now < end);

        return rounds;
    }

    /// <summary>Once everybody has gone, as far as the process has seen it.</summary>
    private async Task<Holding> Held(ServerProcess server)
    {
        var least = await Read(server.Id);
        await Deadlines.Until(
            async () =>
            {
                var now = await Read(server.Id);
                (var still, least) = (now.Handles >= least.Handles, now);
                return still;
            },
            Deadlines.Frame,
            () => "its handles go down for ever");
        return least;
    }

    private async Task<Holding> Read(int process)
    {
        // Orleans' own figure, one line for each kind of actor.
        var metrics = await Http.GetStringAsync(new Uri($"http://localhost:{_operators}/metrics"));
        var actors = metrics.Split('\n').Where(line => line.StartsWith("orleans_catalog_activations{", StringComparison.Ordinal))
            .Sum(line => long.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
        var status = File.ReadAllLines($"/proc/{process}/status");
        long Of(string name) => long.Parse(
            status.Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        return new Holding(Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, Of("Threads"), Of("VmRSS") / 1024, actors);
    }

    private sealed record Holding(int Handles, long Threads, long MiB, long Actors);
}
