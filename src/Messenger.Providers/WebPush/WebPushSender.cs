using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text.Json;
using Messenger.Ports;
using Messenger.Providers.Http;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.WebPush;

/// <summary>Pushes to browsers (RFC 8030). A client names the host that is called, so it is looked at as whatever a client sends.</summary>
internal sealed class WebPushSender : IPushSender, IDisposable
{
    /// <summary>Calls to one host at once: one that is slow or hostile takes no more of the queue than this.</summary>
    internal const int MostOfOneHost = 8;

    /// <summary>Hosts that are told apart; with <c>*</c> anybody can name new ones.</summary>
    private const int MostHosts = 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Names lead elsewhere in time: each connection is resolved and looked at anew.</summary>
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    private readonly WebPushOptions _options;
    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<WebPushSender> _logger;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _others = new(MostOfOneHost);

    /// <param name="connect">How a connection is made, but in tests to addresses of the internet alone.</param>
    /// <param name="tls">Whom it trusts; null as the system does.</param>
    public WebPushSender(
        WebPushOptions options, TimeProvider timeProvider, ILogger<WebPushSender> logger, Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? connect = null,
        SslClientAuthenticationOptions? tls = null)
    {
        (_options, _timeProvider, _logger) = (options, timeProvider, logger);
        connect ??= (to, cancellation) => PublicAddresses.Connect(to, Dns.GetHostAddressesAsync, address => PublicAddresses.Takes(address), cancellation);
        _http = Outbound.Client(new SocketsHttpHandler
        {
            ConnectCallback = (context, cancellation) => connect(context.DnsEndPoint, cancellation),
            ConnectTimeout = Limit,
            PooledConnectionLifetime = ConnectionLife,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            SslOptions = tls ?? new SslClientAuthenticationOptions(),
        });
    }

    public async Task<PushOutcome> Send(Push push, CancellationToken cancellation)
    {
        if (WebPushSubscription.Parse(push.Token, _options.Hosts) is not { } to)
        {
            // The operator takes its service no more.
            return new PushOutcome(PushVerdict.TokenDead, Reason: "subscription");
        }

        var room = _hosts.Count < MostHosts ? _hosts.GetOrAdd(to.Endpoint.Host, _ => new SemaphoreSlim(MostOfOneHost)) : _hosts.GetValueOrDefault(to.Endpoint.Host, _others);
        if (!await room.WaitAsync(TimeSpan.Zero, cancellation))
        {
            return new PushOutcome(PushVerdict.Later, Reason: "busy");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            return await Send(push, to, limit.Token);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // This host's matter: others may be there.
            Log.PushAway(_logger, "web", Outbound.Reason(fault));
            return new PushOutcome(PushVerdict.Later, Reason: Outbound.Reason(fault));
        }
        finally
        {
            room.Release();
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _others.Dispose();
        foreach (var room in _hosts.Values)
        {
            room.Dispose();
        }
    }

    /// <summary>
    /// A subscription is good for the key that it was made for: the newest is tried first, and where the service says that it is another's, the next one.
    /// </summary>
    private async Task<PushOutcome> Send(Push push, WebPushSubscription to, CancellationToken cancellation)
    {
        var status = 0;
        foreach (var key in _options.Keys)
        {
            using var request = Request(push, to, key);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            status = (int)answer.StatusCode;
            if (status is not (401 or 403))
            {
                return Outcome(answer, status);
            }
        }

        Log.PushCredentials(_logger, "web", status, "vapid");
        return new PushOutcome(PushVerdict.Credentials, Reason: "vapid");
    }

    /// <summary>What the answer says besides its status is not read: it comes from whomever the client named.</summary>
    private PushOutcome Outcome(HttpResponseMessage answer, int status)
    {
        switch (status)
        {
            case >= 200 and < 300:
                return PushOutcome.Taken;
            case 404 or 410:
                return new PushOutcome(PushVerdict.TokenDead, Reason: "gone");
            case 429 or >= 500:
                return new PushOutcome(PushVerdict.Later, Outbound.RetryAfter(answer, _timeProvider), Reason: status.ToString(CultureInfo.InvariantCulture));
            default:
                Log.PushRefused(_logger, "web", status, null);
                return new PushOutcome(PushVerdict.Refused, Reason: status.ToString(CultureInfo.InvariantCulture));
        }
    }

    private HttpRequestMessage Request(Push push, WebPushSubscription to, VapidKey key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, to.Endpoint)
        {
            Content = new ByteArrayContent(WebPushCipher.Encrypt(to, Body(push)))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream"), ContentEncoding = { "aes128gcm" } },
            },
        };
        request.Headers.TryAddWithoutValidation("Authorization", key.Authorization(to.Endpoint, _options.Subject, _timeProvider.GetUtcNow()));
        request.Headers.Add("TTL", ((long)push.Life.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Urgency", push.IsBadge ? "low" : "high");
        request.Headers.Add("Topic", key.Topic(push.CollapseKey));
        return request;
    }

    private static byte[] Body(Push push)
    {
        var body = new Dictionary<string, object>();
        if (push.Call is { } call)
        {
            body["callUuid"] = call.Uuid.ToString();
        }
        else
        {
            body["badge"] = push.Badge;
        }

        if (!push.IsBadge)
        {
            body["conversationUuid"] = push.ConversationUuid;
        }

        if (push.Kind is { } kind)
        {
            body["kind"] = kind;
        }

        if (push.MessageUuid is { } message)
        {
            body["messageUuid"] = message;
        }

        return JsonSerializer.SerializeToUtf8Bytes(body);
    }
}
