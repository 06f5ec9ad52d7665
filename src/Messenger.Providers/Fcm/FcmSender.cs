using System.Globalization;
using System.Net;
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

    /// <summary>FCM asks for at least ten seconds before a call counts as lost.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ServiceAccountCredential _account;
    private readonly SemaphoreSlim _renewing = new(1, 1);
    private readonly Uri _send;
    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<FcmSender> _logger;

    public FcmSender(FcmOptions options, TimeProvider timeProvider, ILogger<FcmSender> logger)
    {
        var account = CredentialFactory.FromJson<ServiceAccountCredential>(options.ServiceAccount);
        _account = (ServiceAccountCredential)account.ToGoogleCredential().CreateScoped(Scope).UnderlyingCredential;
        _send = new Uri(options.Url, $"/v1/projects/{Uri.EscapeDataString(account.ProjectId)}/messages:send");
        (_timeProvider, _logger, _http) = (timeProvider, logger, Outbound.Client());
    }

    public async Task<PushOutcome> Send(Push push, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            var token = await Token(limit.Token);
            using var answer = await Call(push, token, limit.Token);
            if (answer.StatusCode != HttpStatusCode.Unauthorized)
            {
                return await Outcome(answer, limit.Token);
            }

            // The token was revoked before its hour was over; with another one the same push may go.
            using var again = await Call(push, await Renewed(token, limit.Token), limit.Token);
            return await Outcome(again, limit.Token);
        }
        catch (TokenResponseException refused)
        {
            Log.PushCredentials(_logger, "fcm", (int)(refused.StatusCode ?? 0), refused.Error?.Error);
            return new PushOutcome(PushVerdict.ProviderLater, Reason: "token");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Log.PushAway(_logger, "fcm", Outbound.Reason(fault));
            return new PushOutcome(PushVerdict.ProviderLater, Reason: Outbound.Reason(fault));
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _renewing.Dispose();
    }

    private async Task<HttpResponseMessage> Call(Push push, string token, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _send) { Content = JsonContent.Create(Body(push)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request, cancellation);
    }

    private async Task<PushOutcome> Outcome(HttpResponseMessage answer, CancellationToken cancellation) => answer.IsSuccessStatusCode ? PushOutcome.Taken : LogOutcome(
        answer, FcmErrors.Outcome(answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation), Outbound.RetryAfter(answer, _timeProvider)));

    private Task<string> Token(CancellationToken cancellation) => _account.GetAccessTokenForRequestAsync(cancellationToken: cancellation);

    /// <summary>A token that is not the refused one. Of many calls that were refused with the same one, the first fetches.</summary>
    private async Task<string> Renewed(string refused, CancellationToken cancellation)
    {
        await _renewing.WaitAsync(cancellation);
        try
        {
            if (await Token(cancellation) == refused)
            {
                await _account.RequestAccessTokenAsync(cancellation);
            }

            return await Token(cancellation);
        }
        finally
        {
            _renewing.Release();
        }
    }

    /// <summary>Strings alone: that is what FCM takes as data.</summary>
    private static object Body(Push push)
    {
        var data = new Dictionary<string, string>();
        if (push.Call is { } call)
        {
            data["callUuid"] = call.Uuid.ToString();
        }
        else
        {
            data["badge"] = push.Badge.ToString(CultureInfo.InvariantCulture);
        }

        if (!push.IsBadge)
        {
            data["conversationUuid"] = push.ConversationUuid;
        }

        if (push.Kind is { } kind)
        {
            data["kind"] = kind;
        }

        if (push.MessageUuid is { } message)
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
                    ttl = string.Create(CultureInfo.InvariantCulture, $"{(long)push.Life.TotalSeconds}s"),
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
