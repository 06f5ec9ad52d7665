using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Messenger.Monitoring.Tests.Cluster;

/// <summary>A span that arrived.</summary>
/// <param name="Process">The instance that made it.</param>
internal sealed record Span(string Process, string Trace, string Id, string Parent, string Name);

/// <summary>Takes OTLP: keeps what the tests read, and hands metrics on to a store, byte for byte.</summary>
internal sealed class OtlpInlet : IAsyncDisposable
{
    private static readonly HttpClient Http = new();

    private readonly WebApplication _app;
    private readonly Uri _store;

    private OtlpInlet(WebApplication app, Uri store) => (_app, _store) = (app, store);

    public Uri Url { get; private set; } = null!;

    /// <summary>Unit by metric.</summary>
    public ConcurrentDictionary<string, string> Units { get; } = new();

    public ConcurrentBag<Span> Spans { get; } = [];

    /// <summary>Every body as text: what is in it in words can be found.</summary>
    public ConcurrentBag<string> Bodies { get; } = [];

    public int LogEntries { get; private set; }

    public static async Task<OtlpInlet> Start(Uri store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var inlet = new OtlpInlet(builder.Build(), store);
        inlet._app.Run(inlet.Take);
        await inlet._app.StartAsync();
        inlet.Url = new Uri(inlet._app.Urls.First());
        return inlet;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task Take(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        var message = new Protobuf(bytes);
        switch (context.Request.Path.Value)
        {
            case "/v1/metrics":
                Bodies.Add(message.Text);
                Metrics(message);
                using (var content = new ByteArrayContent(bytes))
                {
                    content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
                    using var answer = await Http.PostAsync(new Uri(_store, "/opentelemetry/v1/metrics"), content);
                    context.Response.StatusCode = (int)answer.StatusCode;
                }

                break;
            case "/v1/traces":
                Bodies.Add(message.Text);
                Traces(message);
                break;
            case "/v1/logs":
                Bodies.Add(message.Text);
                LogEntries += message.All(1).SelectMany(resource => resource.All(2)).SelectMany(scope => scope.All(2)).Count();
                break;
            default:
                // What a webhook for SMS is sent is theirs to have.
                break;
        }
    }

    // The numbers are those of opentelemetry-proto.
    private void Metrics(Protobuf request)
    {
        foreach (var metric in request.All(1).SelectMany(resource => resource.All(2)).SelectMany(scope => scope.All(2)))
        {
            Units[metric.One(1).Text] = metric.One(3).Text;
        }
    }

    private void Traces(Protobuf request)
    {
        foreach (var resource in request.All(1))
        {
            var process = resource.One(1).All(1).First(pair => pair.One(1).Text == "service.instance.id").One(2).One(1).Text;
            foreach (var span in resource.All(2).SelectMany(scope => scope.All(2)))
            {
                Spans.Add(new Span(process, span.One(1).Hex, span.One(2).Hex, span.One(4).Hex, span.One(5).Text));
            }
        }
    }
}
