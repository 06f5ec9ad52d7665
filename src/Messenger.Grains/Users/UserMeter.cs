using System.Diagnostics.Metrics;
using Messenger.Ports;
using Messenger.Telemetry;

namespace Messenger.Grains.Users;

/// <summary>Figures of the users on this silo.</summary>
internal static class UserMeter
{
    private static readonly Meter Meter = new("Messenger.Users");

    public static readonly Counter<long> Discovered = Signals.Discovered.Counter(Meter);

    public static readonly Counter<long> DiscoveryRefused = Signals.DiscoveryRefused.Counter(Meter);

    public static readonly Counter<long> GuessingRefused = Signals.GuessingRefused.Counter(Meter);

    private static readonly Counter<long> Judged = Signals.RegistrationsJudged.Counter(Meter);

    private static readonly Dictionary<Judgement, string> Verdicts = new()
    {
        [Judgement.Allowed] = "allowed",
        [Judgement.Refused] = "refused",
        [Judgement.AllowedUnanswered] = "unanswered",
        [Judgement.Unanswered] = "unanswered",
    };

    public static void Judge(Judgement verdict, long count = 1) => Judged.Add(count, Labels.JudgeOutcome.Is(Verdicts[verdict]));

    /// <summary>See GrainSignals.</summary>
    public static void Begin()
    {
        Discovered.Add(0);
        DiscoveryRefused.Add(0);
        GuessingRefused.Add(0);
        foreach (var verdict in Verdicts.Keys)
        {
            Judge(verdict, count: 0);
        }
    }
}
