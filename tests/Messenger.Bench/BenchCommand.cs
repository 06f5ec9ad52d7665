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
    private static readonly string[] AllTargets = ["raw", "raw+pg", "ejabberd", "prosody", "embedded", "all-in-one", "one+one", "two+two"];
    private static readonly string[] AllWorkloads = [.. Catalogue.All.Select(workload => workload.Name)];

    public static void AddTo(RootCommand root)
    {
        var targets = Choice("--target", "Which servers", AllTargets);
        var workloads = Choice("--workload", "Which loads", AllWorkloads);
        var seconds = new Option<double>("--seconds") { Description = "How long each load is measured", DefaultValueFactory = _ => 5 };
        var connections = new Option<int>("--connections") { Description = "Silent connections of the idle load", DefaultValueFactory = _ => 2000 };
        var history = new Option<int>("--history") { Description = "Messages of the long conversation", DefaultValueFactory = _ => 1_000_000 };
        var json = new Option<string?>("--json") { Description = "Write the measurements to this file too" };
        root.Add(targets);
        root.Add(workloads);
        root.Add(seconds);
        root.Add(connections);
        root.Add(history);
        root.Add(json);
        root.SetAction(async (parsed, cancellation) =>
        {
            var measured = new List<Measurement>();
            var scale = new Scale(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(connections), parsed.GetValue(history));
            foreach (var name in parsed.GetValue(targets)!)
            {
                await using var servers = new Setup();
                var target = await servers.Start(name, cancellation);
                foreach (var workload in parsed.GetValue(workloads)!)
                {
                    if (Catalogue.All.First(one => one.Name == workload).Run(target, scale, cancellation) is { } run)
                    {
                        AnsiConsole.MarkupLineInterpolated($"[grey]{name}: {workload} …[/]");
                        measured.Add(await run);
                    }
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
}
