using System.Diagnostics.Metrics;
using Messenger.Protocol;
using Messenger.Telemetry;

namespace Messenger.Gateway;

/// <summary>Figures of sockets and requests. docs/operations.md lists every one.</summary>
internal static class GatewayMeter
{
    /// <summary>The name to listen to.</summary>
    public static readonly Meter Meter = new("Messenger.Gateway");

    private static readonly UpDownCounter<long> Sessions = Signals.Sessions.UpDownCounter(Meter);

    private static readonly Counter<long> Closes = Signals.Closes.Counter(Meter);

    private static readonly Counter<long> Overflows = Signals.Overflows.Counter(Meter);

    private static readonly Histogram<double> Requests = Signals.Requests.Histogram(Meter);

    private static readonly Histogram<int> Batches = Signals.Batches.Sizes(Meter);

    private static readonly Counter<long> ShedConnections = Signals.ConnectionsShed.Counter(Meter);

    private static int _draining;

    /// <summary>Connections that a stopping process has still to close; 0 while it does not stop.</summary>
    public static int Draining
    {
        set => Volatile.Write(ref _draining, value);
    }

    /// <summary>Says that nothing happened yet, so that what seldom happens is a series from the start and a first time is a rise.</summary>
    public static void Begin()
    {
        Signals.Draining.Gauge(Meter, () => Volatile.Read(ref _draining));
        Sessions.Add(0);
        Overflows.Add(0);
        Closed(CloseCode.ContinuityLost, 0);
        foreach (var reason in (string[])["idle", "waiting", "sessions", "address"])
        {
            ShedConnections.Add(0, Labels.ShedReason.Is(reason));
        }
    }

    public static void Opened() => Sessions.Add(1);

    public static void Gone() => Sessions.Add(-1);

    public static void Closed(CloseCode code) => Closed(code, 1);

    public static void Overflowed() => Overflows.Add(1);

    /// <param name="reason">See <see cref="Labels.ShedReason"/>.</param>
    public static void ConnectionShed(string reason) => ShedConnections.Add(1, Labels.ShedReason.Is(reason));

    public static void Batched(int count) => Batches.Record(count);

    /// <param name="type">A type of the protocol: what a client made up is no label.</param>
    public static void Served(string type, string status, TimeSpan took)
    {
        if (Requests.Enabled)
        {
            Requests.Record(took.TotalSeconds, Labels.RequestType.Is(type), Labels.RequestStatus.Is(status));
        }
    }

    private static void Closed(CloseCode code, int count)
    {
        if (Closes.Enabled)
        {
            Closes.Add(count, Labels.CloseCode.Is((int)code));
        }
    }
}
