namespace Messenger.Bench.Workloads;

/// <summary>What one workload measured on one target.</summary>
/// <param name="PerSecond">Operations a second; null where there is no rate.</param>
/// <param name="CpuPerThousand">CPU seconds of all server processes per 1 000 operations.</param>
/// <param name="GeneratorCpu">CPU seconds of this process, for honesty: it runs beside the servers.</param>
/// <param name="Lost">Operations that were acknowledged and did not arrive.</param>
internal sealed record Measurement(
    string Target, string Workload, double? PerSecond, double? CpuPerThousand, double GeneratorCpu, double? AckP50, double? AckP99,
    double? DeliveryP50, double? DeliveryP99, double? KiBEach, long Lost, long Doubled)
{
    /// <summary>Milliseconds until the last of a group had a message.</summary>
    public double? LastP50 { get; init; }

    /// <summary>Milliseconds of the first, cold answer.</summary>
    public double? FirstMs { get; init; }

    /// <summary>CPU seconds of all server processes while it was measured, to be seen beside the generator's.</summary>
    public double? ServerCpu { get; init; }

    /// <summary>Messages acknowledged while the store was frozen; null where it was not.</summary>
    public double? AckedFrozen { get; init; }

    /// <summary>Deliveries while the store was frozen; null where it was not.</summary>
    public double? DeliveredFrozen { get; init; }

    /// <summary>Bytes of PostgreSQL's write-ahead log for each operation; null where they were not counted.</summary>
    public double? LogBytes { get; init; }

    /// <summary>CPU seconds per 1 000 operations of the same once more, when everybody is awake.</summary>
    public double? WarmCpu { get; init; }
}
