using System.Diagnostics;
using System.Diagnostics.Metrics;
using Messenger.Protocol;

namespace Messenger.Gateway;

/// <summary>Figures of sockets and requests.</summary>
internal static class GatewayMeter
{
    /// <summary>The name to listen to.</summary>
    public static readonly Meter Meter = new("Messenger.Gateway");

    private static readonly UpDownCounter<long> Sessions =
        Meter.CreateUpDownCounter<long>("messenger.gateway.sessions", "{connection}", "Connections.");

    private static readonly Counter<long> Closes =
        Meter.CreateCounter<long>("messenger.gateway.closes", "{connection}", "Connections that ended, by close code; 0 is without a word.");

    private static readonly Histogram<double> Requests =
        Meter.CreateHistogram<double>("messenger.gateway.requests", "s", "Requests, from frame to answer, by type and status.");

    private static readonly Histogram<int> Batches =
        Meter.CreateHistogram<int>("messenger.gateway.batch", "{request}", "Requests that went to a grain in one call, of those that can be batched.");

    public static void Opened() => Sessions.Add(1);

    public static void Gone() => Sessions.Add(-1);

    public static void Closed(CloseCode code) => Closes.Add(1, new KeyValuePair<string, object?>("code", (int)code));

    public static void Batched(int count) => Batches.Record(count);

    /// <param name="type">A type of the protocol: what a client made up is no label.</param>
    public static void Served(string type, string status, long started)
    {
        if (Requests.Enabled)
        {
            Requests.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                new KeyValuePair<string, object?>("type", type),
                new KeyValuePair<string, object?>("status", status));
        }
    }
}
