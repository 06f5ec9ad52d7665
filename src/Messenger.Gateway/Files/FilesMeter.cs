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

    /// <summary>See GatewayMeter.Begin.</summary>
    public static void Begin()
    {
        Received.Add(0);
        Sent.Add(0);
        Receiving.Add(0);
        Answers.Add(0, new("http.request.method", "POST"), new("http.response.status_code", 200));
        Collected.Add(0, new("messenger.file.kind", "orphan"), new("messenger.dry_run", false));
    }

    public static void Took(long bytes) => Received.Add(bytes);

    public static void Gave(long bytes) => Sent.Add(bytes);

    public static void Entered() => Receiving.Add(1);

    public static void Left() => Receiving.Add(-1);

    public static void Answered(string method, int status) =>
        Answers.Add(1, new("http.request.method", Method(method)), new("http.response.status_code", status));

    public static void Collect(int count, string kind, bool dryRun) =>
        Collected.Add(count, new("messenger.file.kind", kind), new("messenger.dry_run", dryRun));

    /// <summary>Clients may send any word as a method: a label must not be one of theirs.</summary>
    private static string Method(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" => method,
        _ => "_OTHER",
    };
}
