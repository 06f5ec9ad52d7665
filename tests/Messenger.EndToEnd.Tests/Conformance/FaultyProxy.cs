using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>Stands before a server and makes it faulty: each connection through it is tampered with.</summary>
public sealed class FaultyProxy : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private readonly CancellationTokenSource _ending = new();
    private readonly ConditionalWeakTable<JsonObject, Tuple<string, byte[]>> _asTheyCame = [];
    private readonly WebApplication _listener;
    private readonly Uri _server;
    private readonly Func<Tampering> _make;

    private FaultyProxy(Uri server, Func<Tampering> make)
    {
        (_server, _make) = (server, make);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _listener = builder.Build();
        _listener.UseWebSockets();
        _listener.Run(Serve);
    }

    public Uri Url => new UriBuilder(_listener.Urls.Single()) { Scheme = "ws", Path = "/ws" }.Uri;

    /// <param name="make">One for each connection.</param>
    public static async Task<FaultyProxy> Start(Uri server, Func<Tampering> make)
    {
        var proxy = new FaultyProxy(server, make);
        await proxy._listener.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _listener.DisposeAsync();
        _ending.Dispose();
    }

    private async Task Serve(HttpContext context)
    {
        var tampering = _make();
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Forward(context, tampering);
            return;
        }

        using var server = new ClientWebSocket();
        var protocol = context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault();
        if (protocol is not null)
        {
            server.Options.AddSubProtocol(protocol);
        }

        await server.ConnectAsync(_server, _ending.Token);
        using var client = await context.WebSockets.AcceptWebSocketAsync(tampering.Subprotocol(protocol));
        using var toClient = new SemaphoreSlim(1);
        using var toServer = new SemaphoreSlim(1);
        var way = new Way(frame => Send(server, toServer, frame), frame => Send(client, toClient, frame));
        var up = Pump(client, server, toServer, frame => tampering.Up(frame, way), code => code);
        var down = Pump(server, client, toClient, frame => tampering.Down(frame, way), tampering.Close);
        await Task.WhenAll(up, down);
    }

    /// <summary>Files and avatars: bodies are small in these tests.</summary>
    private async Task Forward(HttpContext context, Tampering tampering)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new UriBuilder(_server)
        {
            Scheme = "http",
            Path = context.Request.Path,
            Query = context.Request.QueryString.Value,
        }.Uri);
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, _ending.Token);
        body.Position = 0;
        if (context.Request.ContentLength is not null)
        {
            request.Content = new StreamContent(body);
        }

        foreach (var header in context.Request.Headers.Where(header => header.Key != "Host"))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray());
            }
        }

        using var answer = await Http.SendAsync(request, _ending.Token);

        // What comes next goes through here too, whatever the server calls itself.
        if (answer.Headers.Location is { IsAbsoluteUri: true } place)
        {
            answer.Headers.Location = new Uri(place.PathAndQuery, UriKind.Relative);
        }

        tampering.Http(answer);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
        {
            context.Response.Headers[header.Key] = header.Value.ToArray();
        }

        if (context.Request.Method != HttpMethods.Head && context.Response.StatusCode is not 204)
        {
            await answer.Content.CopyToAsync(context.Response.Body, _ending.Token);
        }
    }

    private async Task Pump(WebSocket from, WebSocket to, SemaphoreSlim sending, Func<JsonObject, Task> pass, Func<int, int> close)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var part = await from.ReceiveAsync(buffer.AsMemory(), _ending.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await to.CloseOutputAsync((WebSocketCloseStatus)close((int)(from.CloseStatus ?? WebSocketCloseStatus.Empty)), from.CloseStatusDescription, _ending.Token);
                    return;
                }

                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                {
                    continue;
                }

                var bytes = message.ToArray();
                message.SetLength(0);
                if (part.MessageType == WebSocketMessageType.Text && Parse(bytes) is { } frame)
                {
                    await pass(frame);
                }
                else
                {
                    await Send(to, sending, bytes, part.MessageType);
                }
            }
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // As a cut line: the other side notices.
            to.Abort();
        }
    }

    private JsonObject? Parse(byte[] bytes)
    {
        try
        {
            // What is odd goes through untouched: it is the server's to judge.
            if (JsonNode.Parse(bytes) is not JsonObject frame || frame["type"]?.GetValueKind() != JsonValueKind.String)
            {
                return null;
            }

            _asTheyCame.Add(frame, Tuple.Create(frame.ToJsonString(), bytes));
            return frame;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What nobody tampered with goes on as it came, byte by byte: its length is what a rule may be about.</summary>
    private Task Send(WebSocket to, SemaphoreSlim sending, JsonObject frame)
    {
        var text = frame.ToJsonString();
        var bytes = _asTheyCame.TryGetValue(frame, out var came) && came.Item1 == text ? came.Item2 : Encoding.UTF8.GetBytes(text);
        return Send(to, sending, bytes, WebSocketMessageType.Text);
    }

    private async Task Send(WebSocket to, SemaphoreSlim sending, byte[] bytes, WebSocketMessageType type)
    {
        await sending.WaitAsync(_ending.Token);
        try
        {
            await to.SendAsync(bytes, type, endOfMessage: true, _ending.Token);
        }
        finally
        {
            sending.Release();
        }
    }
}
