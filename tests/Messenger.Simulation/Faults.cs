namespace Messenger.Simulation;

/// <summary>What may go wrong.</summary>
internal enum FaultKind
{
    KillWorker,
    KillGateway,
    KillAllWorkers,
    FreezeWorker,
    FreezeGateway,
    StopWorker,
    StopGateway,
    StopAllWorkers,
    CutOneWay,
    CutBothWays,
    CutPhone,
    StoreAway,
    StoreHangs,
    StoreBreaks,
    StoreFailsOver,
    Slow,
    Clock,
    Collect,
}

/// <summary>Something that goes wrong at a time, for a while. Which process it meets is drawn when it comes, from a number of its own.</summary>
internal sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan For, int Choice)
{
    public override string ToString() => $"{At.TotalSeconds,7:0.000} s {Kind}{(For > TimeSpan.Zero ? $" for {For.TotalSeconds:0.000} s" : "")} (#{Choice})";

    /// <summary>
    /// What a seed brings. Not everything at once: each run has a few kinds, so that one does not hide another, and some runs have none.
    /// </summary>
    public static List<Fault> Of(Random draw, TimeSpan life, IReadOnlyList<FaultKind>? only = null)
    {
        var kinds = only ?? Profile(draw);
        List<Fault> faults = [];
        if (kinds.Count == 0)
        {
            return faults;
        }

        for (var count = 1 + draw.Next(5); count > 0; count--)
        {
            var kind = kinds[draw.Next(kinds.Count)];
            var at = TimeSpan.FromSeconds(6 + (draw.NextDouble() * (life.TotalSeconds - 8)));
            faults.Add(new Fault(kind, at, Lasting(kind, draw), draw.Next(1 << 20)));
        }

        return [.. faults.OrderBy(fault => fault.At)];
    }

    private static FaultKind[] Profile(Random draw) => draw.Next(11) switch
    {
        0 => [],
        1 or 2 => [FaultKind.StopWorker, FaultKind.StopGateway],
        3 => [FaultKind.StopAllWorkers, FaultKind.KillAllWorkers],
        4 => [FaultKind.FreezeWorker, FaultKind.FreezeGateway],
        5 => [FaultKind.StoreAway, FaultKind.StoreHangs, FaultKind.StoreBreaks],
        6 => [FaultKind.CutOneWay, FaultKind.CutBothWays, FaultKind.CutPhone],
        8 => [FaultKind.StoreFailsOver, FaultKind.StopWorker, FaultKind.CutPhone],
        7 => [FaultKind.Collect, FaultKind.Clock, FaultKind.CutPhone],
        _ => [.. Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.StoreFailsOver).OrderBy(_ => draw.Next()).Take(4)],
    };

    private static TimeSpan Lasting(FaultKind kind, Random draw) => kind switch
    {
        FaultKind.FreezeWorker or FaultKind.FreezeGateway => TimeSpan.FromSeconds(draw.Next(3) switch { 0 => 3, 1 => 9, _ => 15 } * (0.5 + draw.NextDouble())),
        FaultKind.CutOneWay or FaultKind.CutBothWays => TimeSpan.FromSeconds(1 + (draw.NextDouble() * 15)),
        FaultKind.CutPhone => TimeSpan.FromSeconds(0.5 + (draw.NextDouble() * 10)),
        FaultKind.StoreAway or FaultKind.StoreHangs => TimeSpan.FromSeconds(0.2 + (draw.NextDouble() * 10)),
        FaultKind.Slow => TimeSpan.FromSeconds(2 + (draw.NextDouble() * 10)),
        FaultKind.Clock => TimeSpan.FromSeconds(10),
        _ => TimeSpan.FromSeconds(0.2 + (draw.NextDouble() * 6)),
    };
}
