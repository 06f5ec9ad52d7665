using System.Collections.Concurrent;
using Messenger.Testing.Processes;
using Messenger.Testing.Servers;

namespace Messenger.Monitoring.Tests.Cluster;

/// <summary>The standard environment of OTLP, beyond the one variable that everybody sets.</summary>
public sealed class OtlpVariablesTests
{
    [Fact]
    public async Task An_endpoint_for_traces_alone_gets_traces_alone_of_a_process_that_has_a_name()
    {
        var taken = new ConcurrentBag<(string Path, string Key, string Body)>();
        await using var collector = await Stub.Start((context, body) =>
        {
            taken.Add((context.Request.Path, context.Request.Headers["x-key"].ToString(), body));
            return Task.CompletedTask;
        });
        await using (var server = await ServerProcess.StartAsync(ServerSettings.Embedded(
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", new Uri(collector.Url, "/of/traces").ToString()), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-key=secret"), ("OTEL_TRACES_SAMPLER", "always_on"), ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "200"), ("OTEL_BLRP_SCHEDULE_DELAY", "200"), ("POD_NAME", "chat-gateway-0"))))
        {
            await using var phone = await Phone.Join(server.Settings.WebSocket, Account.New());
            await Deadlines.Until(() => Task.FromResult(!taken.IsEmpty), Deadlines.Frame, () => "no span came");
        }

        Assert.All(taken, one => Assert.Equal(("/of/traces", "secret"), (one.Path, one.Key)));
        Assert.Contains(taken, one => one.Body.Contains("chat-gateway-0", StringComparison.Ordinal) && one.Body.Contains("service.instance.id", StringComparison.Ordinal));
    }
}
