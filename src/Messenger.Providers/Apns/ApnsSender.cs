using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Messenger.Ports;
using Messenger.Providers.Http;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Apns;

/// <summary>Pushes to iOS by APNs' HTTP/2 interface, many at a time over a connection that is kept.</summary>
internal sealed class ApnsSender : IPushSender, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>A connection that died in silence is found out by a PING, and not by a push.</summary>
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(60);

    private readonly ApnsOptions _options;
    private readonly ProviderToken _token;
    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<ApnsSender> _logger;

    public ApnsSender(ApnsOptions options, TimeProvider timeProvider, ILogger<ApnsSender> logger)
    {
        (_options, _timeProvider, _logger, _token) = (options, timeProvider, logger, new ProviderToken(options, timeProvider));
        _http = Outbound.Client(new SocketsHttpHandler
        {
            ConnectTimeout = Limit / 2,
            EnableMultipleHttp2Connections = true,

            // Apple takes frequent reconnecting for an attack: it says itself when one is to end (GOAWAY).
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = PingAfter,
            KeepAlivePingTimeout = Limit,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            AllowAutoRedirect = false,
        });
    }

    public async Task<PushOutcome> Send(Push push, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            var token = _token.Current;
            using var request = Request(push, token);
            using var answer = await _http.SendAsync(request, limit.Token);
            if (answer.IsSuccessStatusCode)
            {
                return PushOutcome.Taken;
            }

            var outcome = ApnsErrors.Outcome(answer.StatusCode, await answer.Content.ReadAsStringAsync(limit.Token), Outbound.RetryAfter(answer, _timeProvider));
            if (outcome.Reason == "ExpiredProviderToken")
            {
                _token.Expired(token);
            }

            Tell((int)answer.StatusCode, outcome);
            return outcome;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Log.PushAway(_logger, "apns", Outbound.Reason(fault));
            return new PushOutcome(PushVerdict.ProviderLater, Reason: Outbound.Reason(fault));
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _token.Dispose();
    }

    private HttpRequestMessage Request(Push push, string token)
    {
        var expires = (_timeProvider.GetUtcNow() + push.Life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new HttpRequestMessage(HttpMethod.Post, new Uri(_options.Url, $"/3/device/{Uri.EscapeDataString(push.Token)}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = JsonContent.Create(Body(push)),
            Headers =
            {
                Authorization = new AuthenticationHeaderValue("bearer", token),
            },
        }.With(
            ("apns-id", push.Id.ToString()), ("apns-topic", push.Call is { IsVoip: true } ? $"{_options.Topic}.voip" : _options.Topic),
            ("apns-push-type", push.Call is { IsVoip: true } ? "voip" : "alert"), ("apns-priority", push.IsBadge ? "5" : "10"),
            ("apns-collapse-id", push.CollapseKey), ("apns-expiration", expires));
    }

    /// <summary>
    /// The application's extension is started (mutable-content) and makes the text, for it has the keys; Apple wants an alert for that,
    /// which is the name of a text in the application.
    /// </summary>
    private Dictionary<string, object> Body(Push push)
    {
        if (push.IsBadge)
        {
            // A badge is an alert to Apple (the type 'background' may not set one); without a text it is shown to nobody.
            return new() { ["aps"] = new Dictionary<string, object> { ["badge"] = push.Badge } };
        }

        var aps = new Dictionary<string, object>();
        if (push.Call is { IsVoip: true })
        {
            // It starts the application, which shows the call by itself.
            return Told(push, aps);
        }

        aps["content-available"] = 1;
        if (push.Call is null)
        {
            aps["badge"] = push.Badge;
        }

        if (_options.AlertKey is { } key)
        {
            aps["alert"] = new Dictionary<string, string> { ["loc-key"] = key };
            aps["mutable-content"] = 1;
            aps["sound"] = "default";
        }

        return Told(push, aps);
    }

    private static Dictionary<string, object> Told(Push push, Dictionary<string, object> aps)
    {
        var body = new Dictionary<string, object> { ["aps"] = aps, ["conversationUuid"] = push.ConversationUuid };
        if (push.Call is { } call)
        {
            body["callUuid"] = call.Uuid.ToString();
        }

        if (push.Kind is { } kind)
        {
            body["kind"] = kind;
        }

        if (push.MessageUuid is { } message)
        {
            body["messageUuid"] = message;
        }

        return body;
    }

    private void Tell(int status, PushOutcome outcome)
    {
        switch (outcome.Verdict)
        {
            case PushVerdict.Refused:
                Log.PushRefused(_logger, "apns", status, outcome.Reason);
                break;
            case PushVerdict.ProviderLater when status < 429:
                Log.PushCredentials(_logger, "apns", status, outcome.Reason);
                break;
        }
    }
}

file static class RequestHeaders
{
    public static HttpRequestMessage With(this HttpRequestMessage request, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }
}
