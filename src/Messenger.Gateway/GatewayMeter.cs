using System.Diagnostics;
using System.Diagnostics.Metrics;
using Messenger.Grains;
using Messenger.Protocol;

namespace Messenger.Gateway;

/// <summary>Figures of sockets and requests. docs/operations.md lists every one.</summary>
internal static class GatewayMeter
{
    /// <summary>The name to listen to.</summary>
    public static readonly Meter Meter = new("Messenger.Gateway");

    private const string CodeTag = "messenger.close.code";

    private static readonly UpDownCounter<long> Sessions =
        Meter.CreateUpDownCounter<long>("messenger.gateway.sessions", "{connection}", "Connections.");

    private static readonly Counter<long> Closes =
        Meter.CreateCounter<long>("messenger.gateway.closes", "{connection}", "Connections that ended, by close code; 0 is without a word.");

    private static readonly Counter<long> Overflows =
        Meter.CreateCounter<long>("messenger.gateway.outbox.overflows", "{connection}", "Connections whose client read so slowly that its outbox was full.");

    private static readonly Histogram<double> Requests = Meter.CreateHistogram(
        "messenger.request.duration", "s", "Requests, from frame to answer, by type and status.", tags: null, Buckets.Seconds);

    private static readonly Histogram<int> Batches = Meter.CreateHistogram(
        "messenger.request.batch.size", "{request}", "Requests that went to a grain in one call, of those that can be batched.", tags: null, Buckets.Counts);

    private static int draining;

    /// <summary>Connections that a stopping process has still to close; 0 while it does not stop.</summary>
    public static int Draining
    {
        set => Volatile.Write(ref draining, value);
    }

    /// <summary>Says that nothing happened yet, so that what seldom happens is a series from the start and a first time is a rise.</summary>
    public static void Begin()
    {
        Meter.CreateObservableGauge("messenger.gateway.drain.remaining", () => Volatile.Read(ref draining), "{connection}", "Connections that a stopping process has still to close.");
        Sessions.Add(0);
        Overflows.Add(0);
        Closed(CloseCode.ContinuityLost, 0);
    }

    public static void Opened() => Sessions.Add(1);

    public static void Gone() => Sessions.Add(-1);

    public static void Closed(CloseCode code) => Closed(code, 1);

    public static void Overflowed() => Overflows.Add(1);

    public static void Batched(int count) => Batches.Record(count);

    /// <param name="type">A type of the protocol: what a client made up is no label.</param>
    public static void Served(string type, string status, long started)
    {
        if (Requests.Enabled)
        {
            Requests.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                new KeyValuePair<string, object?>("messenger.request.type", type),
                new KeyValuePair<string, object?>("messenger.request.status", status));
        }
    }

    private static void Closed(CloseCode code, int count)
    {
        if (Closes.Enabled)
        {
            Closes.Add(count, new KeyValuePair<string, object?>(CodeTag, (int)code));
        }
    }
}
