using System.Diagnostics.Metrics;
using Messenger.Ports;
using Messenger.Telemetry;

namespace Messenger.Grains.Pushes;

/// <summary>How pushes fare.</summary>
internal static class PushMeter
{
    public static readonly Meter Meter = new("Messenger.Push");

    private static readonly Histogram<double> Lag = Signals.PushLag.Histogram(Meter);

    private static readonly Counter<long> Outcomes = Signals.PushOutcomes.Counter(Meter);

    private static long _waiting;
    private static double _oldest;

    static PushMeter()
    {
        Signals.PushWaiting.Gauge(Meter, () => Volatile.Read(ref _waiting));
        Signals.PushOldest.Gauge(Meter, () => Volatile.Read(ref _oldest));
    }

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        foreach (var type in (string[])["android", "ios"])
        {
            foreach (var outcome in (string[])["taken", "dead_token", "refused", "provider_later"])
            {
                Outcomes.Add(0, Labels.PushType.Is(type), Labels.PushOutcome.Is(outcome));
            }
        }

        // Of browsers alone: the services of phones take no pushes at all then.
        Outcomes.Add(0, Labels.PushType.Is("other"), Labels.PushOutcome.Is("credentials"));
    }

    public static void Taken(string applicationType, TimeSpan lag)
    {
        Lag.Record(lag.TotalSeconds, Labels.PushType.Is(Type(applicationType)));
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
        PushVerdict.Credentials => "credentials",
        _ => "provider_later",
    });

    public static void Backlog(long count, TimeSpan age)
    {
        Volatile.Write(ref _waiting, count);
        Volatile.Write(ref _oldest, age.TotalSeconds);
    }

    private static void Ended(string applicationType, string outcome) =>
        Outcomes.Add(1, Labels.PushType.Is(Type(applicationType)), Labels.PushOutcome.Is(outcome));

    /// <summary>Clients choose what they call themselves: a label must not.</summary>
    private static string Type(string applicationType) => applicationType.ToLowerInvariant() switch
    {
        "android" => "android",
        "ios" => "ios",
        _ => "other",
    };
}
