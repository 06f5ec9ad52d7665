using System.Diagnostics;
using System.Globalization;
using Messenger.Simulation;

// --seeds N: so many, from --from on. --seed S: that one, told step by step. --minutes M: as many as fit.
var plants = new Plants { Only = Array.IndexOf(args, "--only") is var only and >= 0 ? args[only + 1].Split(',') : null };
int? Value(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : null;

if (Value("--seed") is { } one)
{
    var outcome = Simulation.Run(one, plants);
    if (outcome.Violation is not null)
    {
        outcome = Simulation.Shrink(outcome, plants);
    }

    var told = Simulation.Run(one, plants, faults: outcome.Faults, notes: true);
    foreach (var line in told.Diary)
    {
        Console.WriteLine(line);
    }

    Console.WriteLine(told);
    Console.WriteLine($"{told.Events} events, {told.Tally.Delivered} delivered, trace {told.Trace:x16}");
    return told.Violation is null ? 0 : 1;
}

var watch = Stopwatch.StartNew();
var until = Value("--minutes") is { } minutes ? TimeSpan.FromMinutes(minutes) : TimeSpan.MaxValue;
var seeds = Value("--minutes") is null ? Value("--seeds") ?? 200 : int.MaxValue;
var report = Campaign.Run(Value("--from") ?? 1, seeds, until, Console.WriteLine, threads: Value("--threads") ?? 2, plants: plants);
Console.WriteLine(
    $"{report.Seeds} seeds, {report.Failed.Count} failed, {report.Delivered} notifications delivered, {report.Answered} writes answered, {report.Events} events in {watch.Elapsed.TotalSeconds:0.0} s: "
    + $"{report.Events / watch.Elapsed.TotalSeconds:0} events/s, {report.Delivered / watch.Elapsed.TotalSeconds:0} delivered/s");
Console.WriteLine($"{report.Continued} resumes continued, {report.Resynced} resynchronised, {report.Closed1012} closes with 1012, {report.Unavailable} answers unavailable");
foreach (var group in report.Failed.GroupBy(failed => failed.Violation!.Rule))
{
    Console.WriteLine($"{group.Key}: {group.Count()} seeds, first {group.Min(failed => failed.Seed)}");
}

return report.Failed.Count == 0 ? 0 : 1;
