using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Grains.Recovery;

/// <summary>What was removed because of its age.</summary>
internal static class RetentionMeter
{
    private static readonly Meter Meter = new("Messenger.Retention");

    private static readonly Counter<long> Items = Signals.Removed.Counter(Meter);

    /// <summary>See GrainSignals.</summary>
    public static void Begin() => Removed(0, "messages");

    public static void Removed(long count, string kind) => Items.Add(count, Labels.RetentionKind.Is(kind));
}
