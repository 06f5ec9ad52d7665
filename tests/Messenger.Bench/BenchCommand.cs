using System.CommandLine;
using System.Text.Json;
using Messenger.Bench.Report;
using Messenger.Bench.Sweeps;
using Messenger.Bench.Workloads;

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
        var warmUp = new Option<double>("--warm-up")
        {
            // .NET compiles what is hot anew in the background: on two busy cores it is at it for half a minute.
            Description = "Seconds of a load before it is measured",
            DefaultValueFactory = _ => 15,
        };
        var connections = new Option<int>("--connections") { Description = "Silent connections of the idle load", DefaultValueFactory = _ => 2000 };
        var history = new Option<int>("--history") { Description = "Messages of the long conversation", DefaultValueFactory = _ => 1_000_000 };
        var conversations = new Option<int>("--conversations") { Description = "Dialogs of the cold loads", DefaultValueFactory = _ => 2000 };
        var slices = new Option<int>("--slices")
        {
            Description = "Instead of one target after another: all warm beside each other, each measured in so many slices in turns. Loads of conversations only",
            DefaultValueFactory = _ => 0,
        };
        var repeat = new Option<int>("--repeat") { Description = "Run everything so often and take medians", DefaultValueFactory = _ => 1 };
        var json = new Option<string?>("--json") { Description = "Write the measurements to this file too" };
        var baseline = new Option<string?>("--baseline") { Description = "Compare with this file of an earlier --json; exit code 1 when something is worse" };
        var tolerance = new Option<double>("--tolerance") { Description = "How much worse is not worse: 0.2 is a fifth", DefaultValueFactory = _ => .2 };
        var sweep = new Option<string?>("--sweep") { Description = $"Instead of loads, one quantity from small to large: {string.Join(", ", Sweep.Names)}" };
        sweep.AcceptOnlyFromAmong([.. Sweep.Names]);
        var draw = new Option<string?>("--draw") { Description = "Draw the sweep as SVG pictures into this folder" };
        foreach (var option in (Option[])[targets, workloads, seconds, warmUp, connections, conversations, history, slices, repeat, json, baseline, tolerance, sweep, draw])
        {
            root.Add(option);
        }

        foreach (var positive in (Option<int>[])[connections, conversations, history, repeat])
        {
            positive.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() < 1)
                {
                    result.AddError($"{positive.Name} takes a whole number of at least 1.");
                }
            });
        }

        root.SetAction(async (parsed, cancellation) =>
        {
            var scale = new Scale(
                TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(connections), parsed.GetValue(history), TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
                parsed.GetValue(conversations));
            if (parsed.GetValue(sweep) is { } name)
            {
                return await Sweep.Run(name, parsed.GetValue(targets)!, scale, parsed.GetValue(json), parsed.GetValue(draw), cancellation);
            }

            // Read first: a run of an hour must not end with a file that is not there.
            var earlier = parsed.GetValue(baseline) is { } file ? await Baseline.Read(file, parsed.GetValue(tolerance), cancellation) : null;
            if (parsed.GetValue(slices) > 0)
            {
                var interleaved = await Interleaved.Measure(parsed.GetValue(targets)!, parsed.GetValue(workloads)!, parsed.GetValue(slices), scale, cancellation);
                return await Tell(interleaved, [], earlier, parsed.GetValue(json), cancellation);
            }

            var (measured, failures) = await Measure(parsed.GetValue(targets)!, parsed.GetValue(workloads)!, scale, parsed.GetValue(repeat), cancellation);
            return await Tell(measured, failures, earlier, parsed.GetValue(json), cancellation);
        });
    }

    /// <summary>
    /// Every run starts its servers anew, and a target's turns lie apart: what disturbs the machine for a while does not disturb one target's median.
    /// A load that fails is told of, and costs no other: a run can take hours.
    /// </summary>
    private static async Task<(IReadOnlyList<Measurement> Measured, IReadOnlyList<string> Failures)> Measure(
        string[] targets, string[] workloads, Scale scale, int repeat, CancellationToken cancellation)
    {
        var measured = new List<Measurement>();
        var failures = new List<string>();
        var each = (scale.Duration + scale.WarmUp).TotalSeconds;
        using var progress = new Progress(each * targets.Length * workloads.Length * repeat);
        for (var run = 0; run < repeat; run++)
        {
            foreach (var name in targets)
            {
                foreach (var some in Catalogue.All.Where(one => workloads.Contains(one.Name)).GroupBy(one => one.Alone ? one.Name : ""))
                {
                    await using var servers = new Setup();
                    var target = await servers.Start(name, cancellation);
                    foreach (var workload in some)
                    {
                        progress.Begin(name, workload.Name, each);
                        try
                        {
                            if (workload.Run(target, scale, cancellation) is { } running)
                            {
                                measured.Add(await running);
                            }
                        }
#pragma warning disable CA1031 // Whatever it was that a server or a load could not stand, it is in the report.
                        catch (Exception fault) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
                        {
                            failures.Add($"{name}, {workload.Name}: not measured, run {run + 1}: {fault.Message}");
                        }
                    }
                }
            }
        }

        return ([.. Repeated.Medians(measured).OrderBy(one => Array.IndexOf(AllWorkloads, one.Workload))], failures);
    }

    /// <summary>0 when everything was measured and nothing was lost, doubled or became worse.</summary>
    private static async Task<int> Tell(
        IReadOnlyList<Measurement> measured, IReadOnlyList<string> failures, Baseline? baseline, string? json, CancellationToken cancellation)
    {
        Table.Print(measured, "raw+pg", baseline);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(measured), cancellation);
        }

        List<string> complaints = [.. failures, .. baseline?.Worse(measured) ?? []];
        complaints.ForEach(Console.Error.WriteLine);
        return measured.Sum(one => one.Lost + one.Doubled) + complaints.Count == 0 ? 0 : 1;
    }

    private static Option<string[]> Choice(string name, string description, string[] all)
    {
        var option = new Option<string[]>(name)
        {
            // Else the names stand three times in the help, and push the descriptions off the screen.
            HelpName = "name",
            Description = $"{description}, by name, several or all (when left out): {string.Join(", ", all)}",
            AllowMultipleArgumentsPerToken = true,
        };
        option.DefaultValueFactory = _ => all;
        option.AcceptOnlyFromAmong(all);
        return option;
    }
}
