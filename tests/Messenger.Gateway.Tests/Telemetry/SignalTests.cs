using System.Diagnostics;
using System.Text;
using Messenger.Contracts;
using Messenger.Gateway.Requests;
using Messenger.Gateway.Transport;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Gateway.Tests.Telemetry;

/// <summary>What signals cost when nobody takes them, and what a client may ask of traces.</summary>
public sealed class SignalTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void What_nobody_takes_allocates_nothing()
    {
        var traces = Traces();
        var notification = new SerializedNotification("NotificationTyping", [], Replayed: false, Push: null, Committed: 1) { Trace = Parent };
        var frame = Encoding.ASCII.GetBytes($"\"{Parent}\"");
        Hot();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Hot();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Hot()
        {
            var span = traces.Start("RequestAddMessage", frame);
            var marks = default(PendingTimings);
            marks.Add(notification.Committed, RequestTraces.Writing(notification));
            marks.Written(_time);
            DeliveryMeter.Notifications.Add(1);
            GatewayMeter.Batched(2);
            GatewayMeter.Served("RequestAddMessage", "ok", TimeSpan.FromSeconds(1));
            Assert.Null(span);
        }
    }

    [Fact]
    public void A_client_is_traced_when_it_asks_ten_times_a_second()
    {
        using var listener = Listen();
        var traces = Traces();
        var frame = Encoding.ASCII.GetBytes($"\"{Parent}\"");
        for (var second = 0; second < 2; second++)
        {
            var spans = Enumerable.Range(0, RequestTraces.ClientsPerSecond + 5).Select(_ => traces.Start("RequestPing", frame)!).ToList();
            Assert.All(spans, span => Assert.Equal("0af7651916cd43dd8448eb211c80319c", span.TraceId.ToHexString()));
            Assert.Equal(RequestTraces.ClientsPerSecond, spans.Count(span => span.Recorded));
            spans.ForEach(span => span.Dispose());
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void What_is_not_drawn_makes_no_span_unless_its_client_sent_a_traceparent()
    {
        using var listener = Listen();
        var traces = Traces(share: 0);
        Assert.Null(traces.Start("RequestPing", []));
        using var asked = traces.Start("RequestPing", Encoding.ASCII.GetBytes($"\"{Parent}\""));
        Assert.True(asked!.Recorded);
        using var told = traces.Start("RequestPing", Encoding.ASCII.GetBytes($"\"{Parent[..^1]}0\""));
        Assert.False(told!.Recorded);
    }

    [Fact]
    public void Of_the_requests_a_share_is_drawn()
    {
        using var listener = Listen();
        var traces = Traces(share: .1);
        var drawn = 0;
        for (var i = 0; i < 10_000; i++)
        {
            using var span = traces.Start("RequestPing", []);
            drawn += span is null ? 0 : 1;
        }

        // Nine standard deviations to either side.
        Assert.InRange(drawn, 730, 1270);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331\"")]
    [InlineData("\"00-00000000000000000000000000000000-b7ad6b7169203331-01\"")]
    [InlineData("\"zz-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"")]
    [InlineData("{\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203\"}")]
    public void What_is_no_traceparent_is_ignored(string json)
    {
        using var listener = Listen();
        using var span = Traces().Start("RequestPing", Encoding.ASCII.GetBytes(json));
        Assert.Equal(default, span!.ParentSpanId);
    }

    private RequestTraces Traces(double share = 1) => new(_time, Options.Create(new GatewayOptions { TracedShare = share }));

    /// <summary>As the default sampler: what a client asked for, nothing else.</summary>
    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Messenger.Gateway",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
