using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Messenger.Ports;
using Messenger.Providers.Http;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Fcm;

/// <summary>Pushes to Android by FCM's HTTP v1 interface. A data message: what is shown is the application's business, which has the keys.</summary>
internal sealed class FcmSender : IPushSender, IDisposable
{
    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";

    /// <summary>How long FCM keeps a push for a phone that is off: who was away longer synchronises at the next start anyway.</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <summary>FCM asks for at least ten seconds before a call counts as lost.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ITokenAccess _tokens;
    private readonly Uri _send;
    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<FcmSender> _logger;

    public FcmSender(FcmOptions options, TimeProvider timeProvider, ILogger<FcmSender> logger)
    {
        var account = CredentialFactory.FromJson<ServiceAccountCredential>(options.ServiceAccount);
        _tokens = (ITokenAccess)account.ToGoogleCredential().CreateScoped(Scope).UnderlyingCredential;
        _send = new Uri(options.Url, $"/v1/projects/{Uri.EscapeDataString(account.ProjectId)}/messages:send");
        (_timeProvider, _logger, _http) = (timeProvider, logger, Outbound.Client());
    }

    public async Task<PushOutcome> Send(Push push, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _send) { Content = JsonContent.Create(Body(push)) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _tokens.GetAccessTokenForRequestAsync(cancellationToken: limit.Token));
            using var answer = await _http.SendAsync(request, limit.Token);
            return answer.IsSuccessStatusCode ? PushOutcome.Taken : LogOutcome(
                answer, FcmErrors.Outcome(answer.StatusCode, await answer.Content.ReadAsStringAsync(limit.Token), Outbound.RetryAfter(answer, _timeProvider)));
        }
        catch (TokenResponseException refused)
        {
            Log.PushCredentials(_logger, "fcm", (int)(refused.StatusCode ?? 0), refused.Error?.Error);
            return new PushOutcome(PushVerdict.ProviderLater, Reason: "token");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Log.PushAway(_logger, "fcm", fault.GetType().Name);
            return new PushOutcome(PushVerdict.ProviderLater, Reason: "unreachable");
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Strings alone: that is what FCM takes as data.</summary>
    private static object Body(Push push)
    {
        var data = new Dictionary<string, string> { ["badge"] = push.Badge.ToString(CultureInfo.InvariantCulture) };
        if (!push.IsBadge)
        {
            data["conversationUuid"] = push.Conversation.ToString();
        }

        if (push.Message is { } message)
        {
            data["messageUuid"] = message;
        }

        return new
        {
            message = new
            {
                token = push.Token,
                data,
                android = new
                {
                    collapse_key = push.CollapseKey,

                    // It is to be shown at once: what waits until a phone wakes by itself is no notification. A lower badge can wait.
                    priority = push.IsBadge ? "NORMAL" : "HIGH",
                    ttl = string.Create(CultureInfo.InvariantCulture, $"{(long)Life.TotalSeconds}s"),
                },
            },
        };
    }

    private PushOutcome LogOutcome(HttpResponseMessage answer, PushOutcome outcome)
    {
        var status = (int)answer.StatusCode;
        switch (outcome.Verdict)
        {
            case PushVerdict.Refused:
                Log.PushRefused(_logger, "fcm", status, outcome.Reason);
                break;
            case PushVerdict.ProviderLater when status is 401 or 403 or 404:
                Log.PushCredentials(_logger, "fcm", status, outcome.Reason);
                break;
        }

        return outcome;
    }
}
