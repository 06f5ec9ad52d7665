using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Gateway.Files;

/// <summary>Figures of files.</summary>
internal static class FilesMeter
{
    private static readonly Counter<long> Received = Signals.Received.Counter(GatewayMeter.Meter);

    private static readonly Counter<long> Sent = Signals.Sent.Counter(GatewayMeter.Meter);

    private static readonly UpDownCounter<long> Receiving = Signals.Receiving.UpDownCounter(GatewayMeter.Meter);

    private static readonly Counter<long> Answers = Signals.FileRequests.Counter(GatewayMeter.Meter);

    private static readonly Counter<long> Collected = Signals.Collected.Counter(GatewayMeter.Meter);

    /// <summary>See GatewayMeter.Begin.</summary>
    public static void Begin()
    {
        Received.Add(0);
        Sent.Add(0);
        Receiving.Add(0);
        Answers.Add(0, Labels.Method.Is("POST"), Labels.StatusCode.Is(200));
        Collected.Add(0, Labels.FileKind.Is("orphan"), Labels.DryRun.Is(false));
    }

    public static void Took(long bytes) => Received.Add(bytes);

    public static void Gave(long bytes) => Sent.Add(bytes);

    public static void Entered() => Receiving.Add(1);

    public static void Left() => Receiving.Add(-1);

    public static void Answered(string method, int status) =>
        Answers.Add(1, Labels.Method.Is(Method(method)), Labels.StatusCode.Is(status));

    public static void Collect(int count, string kind, bool dryRun) =>
        Collected.Add(count, Labels.FileKind.Is(kind), Labels.DryRun.Is(dryRun));

    /// <summary>Clients may send any word as a method: a label must not be one of theirs.</summary>
    private static string Method(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" => method,
        _ => "_OTHER",
    };
}
