using System.Diagnostics;
using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace Messenger.Simulation.Tests;

/// <summary>The promises, under what two hundred seeds bring; longer with MESSENGER_SIMULATION_SEEDS.</summary>
public class SeedsTests(ITestOutputHelper output)
{
    /// <summary>Seeds of a run of CI: a million notifications, and about a minute of two processors.</summary>
    private const int Seeds = 200;

    [Fact]
    public void Every_seed_keeps_the_promises()
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable("MESSENGER_SIMULATION_SEEDS") ?? $"{Seeds}", CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        List<string> told = [];
        var report = Campaign.Run(1, seeds, TimeSpan.MaxValue, told.Add);
        output.WriteLine($"{report.Seeds} seeds, {report.Delivered} delivered, {report.Events} events, {report.Events / watch.Elapsed.TotalSeconds:0} events/s");
        Assert.True(report.Failed.Count == 0, string.Join('\n', told));
        Assert.Equal(seeds, report.Seeds);
        Assert.True(report.Delivered >= 5_000L * seeds, $"only {report.Delivered} notifications in {seeds} seeds");

        // Nothing is found where nothing happens.
        Assert.True(report.Resynced > seeds / 10, $"{report.Resynced} resynchronised");
        Assert.True(report.Continued > seeds, $"{report.Continued} continued");
        Assert.True(report.Unavailable > seeds, $"{report.Unavailable} unavailable");
    }

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        foreach (var seed in Enumerable.Range(1, 12))
        {
            var (one, again) = (Simulation.Run(seed), Simulation.Run(seed));
            Assert.Equal((one.Trace, one.Events, one.Tally.Delivered), (again.Trace, again.Events, again.Tally.Delivered));
            Assert.NotEqual(one.Trace, Simulation.Run(seed + 1000).Trace);
        }
    }
}
