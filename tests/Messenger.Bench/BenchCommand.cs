using System.CommandLine;
using System.Text.Json;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;
using Messenger.Bench.Workloads;
using Spectre.Console;

namespace Messenger.Bench;

/// <summary>The bench's one command: which targets, which workloads, how long.</summary>
internal static class BenchCommand
{
    private static readonly string[] AllTargets = ["raw", "raw+pg", "embedded", "all-in-one", "one+one", "two+two"];
    private static readonly string[] AllWorkloads = ["echo", "dialog-1", "dialog-8", "paced-200", "paced-1000", "group-200", "idle", "upload", "download"];

    public static void AddTo(RootCommand root)
    {
        var targets = Choice("--target", "Which servers", AllTargets);
        var workloads = Choice("--workload", "Which loads", AllWorkloads);
        var seconds = new Option<double>("--seconds") { Description = "How long each load is measured", DefaultValueFactory = _ => 5 };
        var connections = new Option<int>("--connections") { Description = "Silent connections of the idle load", DefaultValueFactory = _ => 2000 };
        var json = new Option<string?>("--json") { Description = "Write the measurements to this file too" };
        root.Add(targets);
        root.Add(workloads);
        root.Add(seconds);
        root.Add(connections);
        root.Add(json);
        root.SetAction(async (parsed, cancellation) =>
        {
            var measured = new List<Measurement>();
            foreach (var name in parsed.GetValue(targets)!)
            {
                await using var servers = new Setup();
                var target = await servers.Start(name, cancellation);
                foreach (var workload in parsed.GetValue(workloads)!)
                {
                    AnsiConsole.MarkupLineInterpolated($"[grey]{name}: {workload} …[/]");
                    measured.Add(await Run(target, workload, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(connections), cancellation));
                }
            }

            Report.Table.Print([.. measured.OrderBy(one => Array.IndexOf(AllWorkloads, one.Workload))], "raw+pg");
            if (parsed.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file, JsonSerializer.Serialize(measured), cancellation);
            }

            return measured.Sum(one => one.Lost + one.Doubled) == 0 ? 0 : 1;
        });
    }

    private static Option<string[]> Choice(string name, string description, string[] all)
    {
        var option = new Option<string[]>(name) { Description = $"{description}: {string.Join(", ", all)}", AllowMultipleArgumentsPerToken = true };
        option.DefaultValueFactory = _ => all;
        option.AcceptOnlyFromAmong(all);
        return option;
    }

    private static Task<Measurement> Run(ITarget target, string workload, TimeSpan duration, int connections, CancellationToken cancellation)
    {
        var talk = new Talk(target, workload);
        return workload switch
        {
            "echo" => Echo.Run(target, 50, 4, duration, cancellation),
            "dialog-1" => talk.Run(50, 2, 2, 1, 0, duration, cancellation),
            "dialog-8" => talk.Run(50, 2, 2, 8, 0, duration, cancellation),
            "paced-200" => talk.Run(50, 2, 2, 0, 200, duration, cancellation),
            "paced-1000" => talk.Run(50, 2, 2, 0, 1000, duration, cancellation),
            "group-200" => talk.Run(1, 200, 4, 2, 0, duration, cancellation),
            "upload" => Transfer.Run(target, upload: true, duration, cancellation),
            "download" => Transfer.Run(target, upload: false, duration, cancellation),
            "idle" => Idle.Run(target, connections, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(workload), workload, "no such workload"),
        };
    }
}
