using System.Diagnostics;
using System.Text;
using Messenger.Contracts;
using Messenger.Ports.Flow;
using Messenger.Telemetry;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Requests;

/// <summary>The first and the last span of a trace: a request from its frame to its answer, and a notification from the stream to its socket.</summary>
/// <remarks>A span holds the request's type and status, and nothing else of it.</remarks>
internal sealed class RequestTraces(TimeProvider timeProvider, IOptions<GatewayOptions> options)
{
    /// <summary>Traces a second that clients may ask for, all of this process together: whoever sets the sampled flag must not cost more than that.</summary>
    public const int ClientsPerSecond = 10;

    /// <summary>A traceparent of version 00, in quotes.</summary>
    private const int ParentLength = 57;

    private static readonly ActivitySource Source = new("Messenger.Gateway");

    private readonly double _share = options.Value.TracedShare;
    private readonly Lock _gate = new();
    private FixedWindow _asked;

    /// <summary>A request was read. Null: nobody traces it. The span is not made the current one: see <see cref="Enter"/>.</summary>
    /// <param name="traceParent">As it stood in the frame; what is no traceparent is ignored.</param>
    public Activity? Start(string type, ReadOnlySpan<byte> traceParent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // Before anything is made: a span costs every step of its request, recorded or not.
        var parent = Parent(traceParent);
        if (parent == default && !Drawn())
        {
            return null;
        }

        // A request is no part of the upgrade that opened its connection.
        var outer = Activity.Current;
        Activity.Current = null;
        var span = Source.StartActivity(type, ActivityKind.Server, parent);
        Activity.Current = outer;
        return span;
    }

    /// <summary>The request leaves its queue: what this flow does from now on is its.</summary>
    public static void Enter(InFlightRequest pending)
    {
        if (pending.Span is { } span)
        {
            Traces.Follow(span);
            if (span.IsAllDataRequested)
            {
                span.AddEvent(new ActivityEvent("lane left"));
            }
        }
    }

    /// <summary>The request goes in the call of another one.</summary>
    public static void Joins(InFlightRequest pending, InFlightRequest first)
    {
        if (pending.Span is { IsAllDataRequested: true } span && first.Span is { } other)
        {
            span.AddLink(new ActivityLink(other.Context));
        }
    }

    /// <summary>The request has its answer.</summary>
    public static void End(InFlightRequest pending, string status)
    {
        if (pending.Span is { } span)
        {
            span.SetTag(Labels.RequestStatus.Name, status);
            span.Stop();
        }
    }

    /// <summary>A traced notification is about to be queued for its socket; null when it is not traced.</summary>
    public static Activity? Writing(SerializedNotification notification)
    {
        if (notification.Trace is not { } trace || !Source.HasListeners() || !ActivityContext.TryParse(trace, null, isRemote: true, out var cause))
        {
            return null;
        }

        var outer = Activity.Current;
        var span = Source.StartActivity("frame written", ActivityKind.Consumer, cause);
        Activity.Current = outer;
        return span;
    }

    private ActivityContext Parent(ReadOnlySpan<byte> json)
    {
        if (json.Length != ParentLength || json[0] != (byte)'"'
            || !ActivityContext.TryParse(Encoding.ASCII.GetString(json[1..^1]), null, isRemote: true, out var parent))
        {
            return default;
        }

        // Past the budget the ids stand, for the logs, and nothing is recorded.
        return parent.TraceFlags == ActivityTraceFlags.None || MayAsk()
            ? parent
            : new ActivityContext(parent.TraceId, parent.SpanId, ActivityTraceFlags.None, null, isRemote: true);
    }

#pragma warning disable CA5394 // Which requests are looked at is no secret.
    private bool Drawn() => _share >= 1 || Random.Shared.NextDouble() < _share;
#pragma warning restore CA5394

    private bool MayAsk()
    {
        var now = timeProvider.GetElapsedTime(0);
        lock (_gate)
        {
            _asked = _asked.At(now, TimeSpan.FromSeconds(1));
            var may = _asked.SecondsUntilRoom(now, ClientsPerSecond) == 0;
            _asked = _asked.Add(ClientsPerSecond);
            return may;
        }
    }
}
