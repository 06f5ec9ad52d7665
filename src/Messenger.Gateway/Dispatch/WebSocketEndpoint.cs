using System.Diagnostics;
using System.Net;
using Messenger.Gateway.Dispatch;
using Messenger.Gateway.Links;
using Messenger.Gateway.Listening;
using Messenger.Gateway.RateLimits;
using Messenger.Gateway.Sessions;
using Messenger.Gateway.Transport;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Dispatch;

/// <summary>Accepts connections, and sees each of them through.</summary>
internal sealed class WebSocketEndpoint(
    SessionTable sessions, AddressCounts addresses, SharedMemory memory, Dispatcher dispatcher, FileLinks links, IOptions<GatewayOptions> options,
    TimeProvider timeProvider, ILogger<WebSocketEndpoint> logger)
{
    /// <summary>Where clients connect.</summary>
    public const string Path = "/ws";

    /// <summary>Offered; a client may leave it out.</summary>
    public const string Subprotocol = "messenger.v1";

    /// <summary>When an address that has too many connections may try again: some of them end meanwhile, or none will.</summary>
    private const string RetryAfterSeconds = "30";

    private readonly GatewayOptions _options = options.Value;

    /// <summary>Before the WebSocket middleware: has it work on a <see cref="SessionStream"/>.</summary>
    public static Task Prepare(HttpContext context, RequestDelegate next)
    {
        var upgrade = new SessionUpgrade(context.Features.Get<IHttpUpgradeFeature>(), context.Features.Get<IHttpExtendedConnectFeature>());
        context.Features.Set(upgrade);
        context.Features.Set<IHttpUpgradeFeature>(upgrade);
        context.Features.Set<IHttpExtendedConnectFeature>(upgrade);
        return next(context);
    }

    public async Task Serve(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Refuse(context, StatusCodes.Status426UpgradeRequired, "connect with a WebSocket");
            return;
        }

        if (sessions.IsDraining)
        {
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, "this gateway drains: connect to another");
            return;
        }

        if (!IsWelcome(context.Request))
        {
            await Refuse(context, StatusCodes.Status403Forbidden, "web pages of this origin may not connect: see Gateway:AllowedOrigins, and Gateway:AllowedHosts for this server's own");
            return;
        }

        var address = context.Connection.RemoteIpAddress;
        if (!addresses.TryEnter(address, _options.LimitsEnabled ? _options.ConnectionsPerAddress : int.MaxValue))
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            await Refuse(context, StatusCodes.Status429TooManyRequests, $"too many connections from this address; try again in {RetryAfterSeconds} s");
            return;
        }

        try
        {
            await Connect(context);
        }
        finally
        {
            addresses.Leave(address);
        }
    }

    private async Task Connect(HttpContext context)
    {
        if (context.Features.Get<ConnectionSlot>() is { } slot && !slot.TryBecomeSession())
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, $"this gateway has as many connections as it may; try again in {RetryAfterSeconds} s");
            return;
        }

        var session = new Session(context, links, _options, memory, timeProvider);
        if (!session.TryBeGuest())
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            await Refuse(context, StatusCodes.Status503ServiceUnavailable, $"too many connections wait to log in; try again in {RetryAfterSeconds} s");
            return;
        }

        try
        {
            await Connect(context, session);
        }
        finally
        {
            session.LeaveGuests();
        }
    }

    private async Task Connect(HttpContext context, Session session)
    {
        context.Features.Get<SessionUpgrade>()!.For(session);

        // Not disposed: after a violation that would abort the connection, and the close frame could be lost. It holds nothing but memory.
        var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol) ? Subprotocol : null,

            // Pings are the watch's: one timer for all.
            KeepAliveInterval = Timeout.InfiniteTimeSpan,
            KeepAliveTimeout = Timeout.InfiniteTimeSpan,
        });

        // Each request is a trace of its own, not a part of one as long as the connection.
        Activity.Current = null;
        sessions.Add(session);
        try
        {
            if (_options.MaxSessions > 0 && sessions.Count > _options.MaxSessions)
            {
                session.Close(CloseCode.Overloaded, "no room: reconnect later");
            }

            await new ReadLoop(session, socket, dispatcher, memory, _options).Run();
        }
        finally
        {
            sessions.Remove(session);
            if (session.Subscription is { } subscription)
            {
                await subscription.DisposeAsync();
            }
        }
    }

    /// <summary>Apps send no origin. A page of this very server may connect, and those that are configured: no other page may use a browser's network position.</summary>
    private bool IsWelcome(HttpRequest request) =>
        request.Headers.Origin.ToString() is not { Length: > 0 } origin
        || (string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) && IsOurs(request.Host.Host))
        || _options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    /// <summary>An address leads where it leads; a name leads where its owner says, who may be the page's.</summary>
    private bool IsOurs(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out _)
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || _options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private Task Refuse(HttpContext context, int status, string sentence)
    {
        Log.Refused(logger, status);
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(sentence);
    }
}
