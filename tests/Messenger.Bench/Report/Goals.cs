using System.Globalization;
using Messenger.Bench.Workloads;

namespace Messenger.Bench.Report;

/// <summary>What a quantity of a measurement must be, as a bound by itself or as a ratio to another measurement of the same run.</summary>
/// <param name="Workload">What was measured.</param>
/// <param name="What">The quantity.</param>
/// <param name="Target">Of whom.</param>
/// <param name="Against">The target, or where it has a slash the target and workload, that it is held against; null for a bound by itself.</param>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Bound">Of the ratio, or of the quantity.</param>
internal sealed record Goal(string Workload, Quantity What, string Target, string? Against, bool AtLeast, double Bound)
{
    /// <summary>The ratio or the quantity; null where one of the measurements was not made.</summary>
    public double? Value(IReadOnlyList<Measurement> run)
    {
        var own = Find(run, Target, Workload);
        if (Against is null)
        {
            return own;
        }

        var parts = Against.Split('/');
        var other = Find(run, parts[0], parts.Length > 1 ? parts[1] : Workload);
        return own is { } value && other is { } of && of > 0 ? value / of : null;
    }

    public bool IsReached(double value) => AtLeast ? value >= Bound : value <= Bound;

    /// <summary>The bound as it is read: at least half of that, at most 300.</summary>
    public string BoundText => string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? ">=" : "<=")} {Bound:0.##}{(Against is null ? "" : " x")}");

    private double? Find(IReadOnlyList<Measurement> run, string target, string workload) =>
        run.FirstOrDefault(one => one.Target == target && one.Workload == workload) is { } found ? What.Of(found) : null;
}

/// <summary>Something a measurement says, by name.</summary>
internal sealed record Quantity(string Name, Func<Measurement, double?> Of)
{
    public static readonly Quantity Rate = new("per second", one => one.PerSecond);
    public static readonly Quantity Cpu = new("CPU-s per 1000", one => one.CpuPerThousand);
    public static readonly Quantity DeliveryP50 = new("delivery p50", one => one.DeliveryP50);
    public static readonly Quantity DeliveryP99 = new("delivery p99", one => one.DeliveryP99);
    public static readonly Quantity Last = new("last member p50", one => one.LastP50);
    public static readonly Quantity Memory = new("KiB per connection", one => one.KiBEach);
    public static readonly Quantity Answer = new("answer p50, ms", one => one.AckP50);
    public static readonly Quantity First = new("first answer, ms", one => one.FirstMs);
    public static readonly Quantity AckedFrozen = new("acknowledged while frozen", one => one.AckedFrozen);
    public static readonly Quantity DeliveredFrozen = new("delivered while frozen", one => one.DeliveredFrozen);
    public static readonly Quantity ColdToWarm = new("CPU, cold to warm", one => one.CpuPerThousand / one.WarmCpu);
    public static readonly Quantity LogBytes = new("log bytes", one => one.LogBytes);
    public static readonly Quantity Lost = new("lost", one => one.Lost);
}

/// <summary>The goals, all of them, in one place.</summary>
internal static class Goals
{
    private const string Ceiling = "raw+pg";
    private const string One = "all-in-one";
    private const string Four = "two+two";

    public static IReadOnlyList<Goal> All { get; } =
    [
        .. Both("dialog-8", Quantity.Rate, Ceiling, true, .75, .45),
        .. Both("dialog-8", Quantity.Cpu, Ceiling, false, 1.8, 3.5),
        .. Both("paced-200", Quantity.Cpu, Ceiling, false, 1, 1.6),
        .. Both("paced-200", Quantity.DeliveryP50, Ceiling, false, 1.2, 2),
        .. Both("paced-200", Quantity.DeliveryP99, Ceiling, false, 1.5, 2),
        .. Both("paced-1000", Quantity.Cpu, Ceiling, false, 1, 2),
        .. Both("paced-1000", Quantity.DeliveryP50, Ceiling, false, 1.3, 2),
        .. Both("paced-1000", Quantity.DeliveryP99, Ceiling, false, 1.5, 2),
        .. Both("echo", Quantity.Rate, "raw", true, .7, .6),
        .. Both("idle", Quantity.Memory, "raw", false, 1.3, 2),
        .. Both("logins", Quantity.Rate, "ejabberd", true, 3, 2),
        .. Both("logins", Quantity.Cpu, null, false, .35, .6),
        .. Both("group-200", Quantity.Rate, Ceiling, true, .8, .6),
        .. Both("group-1000", Quantity.Last, Ceiling, false, 1.1, 1.3),
        .. Both("dialog-cold", Quantity.ColdToWarm, null, false, 2.5, 2.5),
        .. Both("wal", Quantity.LogBytes, null, false, 3000, 3000),
        .. Both("frozen", Quantity.AckedFrozen, null, false, 0, 0),
        .. Both("frozen", Quantity.DeliveredFrozen, null, false, 0, 0),
        .. Both("frozen", Quantity.Lost, null, false, 0, 0),
        .. OwnWorkload("receipts", Quantity.Cpu, "no-receipts", 2.5),
        .. OwnWorkload("history-long", Quantity.Answer, "history-1k", 1.2),
        .. Both("sync", Quantity.Answer, null, false, 300, 500),
        .. Both("sync", Quantity.First, null, false, 1000, 1500),
        .. Files("upload"),
        .. Files("download"),
        new("dialog-8", Quantity.Rate, "embedded", One, true, .7),
        new("dialog-8", Quantity.Cpu, Four, "one+one", false, 1.2),
    ];

    private static Goal[] Both(string workload, Quantity what, string? against, bool atLeast, double one, double four) =>
        [new(workload, what, One, against, atLeast, one), new(workload, what, Four, against, atLeast, four)];

    private static Goal[] Files(string workload) =>
        [new(workload, Quantity.Rate, "embedded", "raw", true, .8), new(workload, Quantity.Rate, One, "raw", true, .8), new(workload, Quantity.Rate, Four, "raw", true, .8)];

    private static Goal[] OwnWorkload(string workload, Quantity what, string against, double bound) =>
        [new(workload, what, One, $"{One}/{against}", false, bound), new(workload, what, Four, $"{Four}/{against}", false, bound)];
}
