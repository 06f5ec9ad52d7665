using System.Diagnostics.Metrics;

namespace Messenger.Gateway.Files;

/// <summary>Figures of files.</summary>
internal static class FilesMeter
{
    private static readonly Counter<long> Received = GatewayMeter.Meter.CreateCounter<long>("messenger.files.received", "By", "Bytes of uploads that are durable.");

    private static readonly Counter<long> Sent = GatewayMeter.Meter.CreateCounter<long>("messenger.files.sent", "By", "Bytes of files that were asked for.");

    private static readonly UpDownCounter<long> Receiving = GatewayMeter.Meter.CreateUpDownCounter<long>("messenger.files.receiving", "{upload}", "Uploads that are being received.");

    private static readonly Counter<long> Answers = GatewayMeter.Meter.CreateCounter<long>("messenger.files.requests", "{request}", "Requests for files, by method and status code.");

    private static readonly Counter<long> Collected = GatewayMeter.Meter.CreateCounter<long>(
        "messenger.files.collected", "{file}", "Files that the collector removed, or would have (dry_run), by kind: expired uploads, garbage, orphans that no row names.");

    public static void Took(long bytes) => Received.Add(bytes);

    public static void Gave(long bytes) => Sent.Add(bytes);

    public static void Entered() => Receiving.Add(1);

    public static void Left() => Receiving.Add(-1);

    public static void Answered(string method, int status) =>
        Answers.Add(1, new KeyValuePair<string, object?>("method", method), new KeyValuePair<string, object?>("status", status));

    public static void Collect(int count, string kind, bool dryRun) =>
        Collected.Add(count, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("dry_run", dryRun));
}
