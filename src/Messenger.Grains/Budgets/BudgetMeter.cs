using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Grains.Budgets;

/// <summary>What was refused for what it would cost others.</summary>
internal static class BudgetMeter
{
    /// <summary>Kinds of refusals.</summary>
    public const string Notifications = "notifications";
    public const string Bytes = "bytes";
    public const string People = "people";
    public const string Conversations = "conversations";

    private static readonly Meter Meter = new("Messenger.Budgets");
    private static readonly Counter<long> Refusals = Signals.BudgetRefused.Counter(Meter);

    public static void Refused(string kind, long count = 1) => Refusals.Add(count, Labels.BudgetKind.Is(kind));

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        foreach (var kind in new[] { Notifications, Bytes, People, Conversations })
        {
            Refused(kind, count: 0);
        }
    }
}
