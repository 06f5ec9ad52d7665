using System.Diagnostics;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Costs;

/// <summary>The load tool itself: a short run of it works, and its counting finds nothing lost and nothing doubled.</summary>
public class BenchTests
{
    [Fact]
    public async Task A_short_run_loses_and_doubles_nothing()
    {
        string[] workloads = ["dialog-8", "receipts", "paced-200"];
        var json = Path.Combine(Path.GetTempPath(), $"messenger-bench-{Guid.NewGuid():N}.json");
        using var bench = Process.Start(new ProcessStartInfo(
            "dotnet", [Built.Bench, "--target", "embedded", "--workload", .. workloads, "--seconds", "1", "--warm-up", "0.5", "--json", json])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = bench.StandardError.ReadToEndAsync();
        var table = await bench.StandardOutput.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadlines.Recovery);
        await bench.WaitForExitAsync(deadline.Token);
        Assert.True(bench.ExitCode == 0, $"it ended with {bench.ExitCode}: {table} {await errors}");

        using var measured = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        File.Delete(json);
        Assert.Equal(workloads.Order(), measured.RootElement.EnumerateArray().Select(one => one.GetProperty("Workload").GetString()!).Order());
        Assert.All(measured.RootElement.EnumerateArray(), one =>
        {
            Assert.True(one.GetProperty("PerSecond").GetDouble() > 1, $"nothing was measured: {one}");
            Assert.Equal(0, one.GetProperty("Lost").GetInt64());
            Assert.Equal(0, one.GetProperty("Doubled").GetInt64());
        });
    }
}
