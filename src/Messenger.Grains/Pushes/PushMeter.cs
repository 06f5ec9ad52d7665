using System.Diagnostics.Metrics;
using Messenger.Ports;

namespace Messenger.Grains.Pushes;

/// <summary>How pushes fare.</summary>
internal static class PushMeter
{
    public static readonly Meter Meter = new("Messenger.Push");

    /// <summary>Tag: type (android, ios, other).</summary>
    private static readonly Histogram<double> Lag = Meter.CreateHistogram(
        "messenger.push.lag", "s", "From being queued to being taken by the provider.", tags: null, Buckets.LongSeconds);

    /// <summary>Tags: type; outcome: taken, dead_token, refused, no_provider, later, provider_later, not_wanted.</summary>
    private static readonly Counter<long> Outcomes = Meter.CreateCounter<long>(
        "messenger.push.outcomes", "{push}", "What became of pushes, each try counted.");

    private static long waiting;
    private static double oldest;

    static PushMeter()
    {
        Meter.CreateObservableGauge("messenger.push.waiting", () => Volatile.Read(ref waiting), "{push}", "Pushes in the queue, of all processes together.");
        Meter.CreateObservableGauge("messenger.push.oldest", () => Volatile.Read(ref oldest), "s", "How long the oldest of them has waited.");
    }

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        foreach (var type in (string[])["android", "ios"])
        {
            foreach (var outcome in (string[])["taken", "dead_token", "refused", "provider_later"])
            {
                Outcomes.Add(0, new("messenger.push.type", type), new("messenger.outcome", outcome));
            }
        }
    }

    public static void Taken(string applicationType, TimeSpan lag)
    {
        Lag.Record(lag.TotalSeconds, new KeyValuePair<string, object?>("messenger.push.type", Type(applicationType)));
        Ended(applicationType, "taken");
    }

    /// <summary>The device connected meanwhile, or has no token any more.</summary>
    public static void NotWanted(string applicationType) => Ended(applicationType, "not_wanted");

    public static void Ended(string applicationType, PushVerdict verdict) => Ended(applicationType, verdict switch
    {
        PushVerdict.Taken => "taken",
        PushVerdict.TokenDead => "dead_token",
        PushVerdict.Refused => "refused",
        PushVerdict.NoProvider => "no_provider",
        PushVerdict.Later => "later",
        _ => "provider_later",
    });

    public static void Backlog(long count, TimeSpan age)
    {
        Volatile.Write(ref waiting, count);
        Volatile.Write(ref oldest, age.TotalSeconds);
    }

    private static void Ended(string applicationType, string outcome) =>
        Outcomes.Add(1, new("messenger.push.type", Type(applicationType)), new("messenger.outcome", outcome));

    /// <summary>Clients choose what they call themselves: a label must not.</summary>
    private static string Type(string applicationType) => applicationType.ToLowerInvariant() switch
    {
        "android" => "android",
        "ios" => "ios",
        _ => "other",
    };
}
