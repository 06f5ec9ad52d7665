using System.Diagnostics.Metrics;

namespace Messenger.Grains.Recovery;

/// <summary>What was removed because of its age.</summary>
internal static class RetentionMeter
{
    private static readonly Meter Meter = new("Messenger.Retention");

    /// <summary>Tag: kind (messages, files).</summary>
    public static readonly Counter<long> Removed = Meter.CreateCounter<long>(
        "messenger.retention.removed", "{item}", "Messages and files removed because they were older than the operator keeps them.");

    /// <summary>See GrainSignals.</summary>
    public static void Begin() => Removed.Add(0, new KeyValuePair<string, object?>("messenger.retention.kind", "messages"));
}
