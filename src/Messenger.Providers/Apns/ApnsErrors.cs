using System.Net;
using System.Text.Json;
using Messenger.Ports;

namespace Messenger.Providers.Apns;

/// <summary>What an answer of APNs means for us, after Apple's table of statuses and reasons.</summary>
internal static class ApnsErrors
{
    /// <summary>Apple asks not to come back to a busy server at once; credentials take longer to mend.</summary>
    private static readonly TimeSpan CredentialsWait = TimeSpan.FromMinutes(1);

    /// <summary>Tokens of ours that came too fast one after another: until the next may be made.</summary>
    private static readonly TimeSpan TokenWait = TimeSpan.FromMinutes(5);

    public static PushOutcome Outcome(HttpStatusCode status, string body, TimeSpan? retryAfter)
    {
        var (reason, since) = Parse(body);
        return (status, reason) switch
        {
            (HttpStatusCode.Gone, _) => new(PushVerdict.TokenDead, DeadSince: since, Reason: reason),
            (_, "BadDeviceToken" or "MissingDeviceToken") => new(PushVerdict.TokenDead, Reason: reason),
            (_, "ExpiredProviderToken") => new(PushVerdict.Later, TimeSpan.Zero, Reason: reason),
            (_, "TooManyProviderTokenUpdates") => new(PushVerdict.ProviderLater, retryAfter ?? TokenWait, Reason: reason),

            // Too many to this one device: the others are not concerned.
            (HttpStatusCode.TooManyRequests, _) => new(PushVerdict.Later, retryAfter, Reason: reason),
            (HttpStatusCode.ServiceUnavailable, _) => new(PushVerdict.ProviderLater, retryAfter, Reason: reason),
            ( >= HttpStatusCode.InternalServerError, _) => new(PushVerdict.Later, retryAfter, Reason: reason),
            (HttpStatusCode.Forbidden, _) or (_, "BadCertificate" or "BadTopic" or "MissingTopic" or "TopicDisallowed") =>
                new(PushVerdict.ProviderLater, CredentialsWait, Reason: reason),

            // DeviceTokenNotForTopic among them: the topic may be the wrong one, and then all tokens are good.
            _ => new(PushVerdict.Refused, Reason: reason),
        };
    }

    private static (string? Reason, DateTimeOffset? Since) Parse(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return (
                root.TryGetProperty("reason", out var reason) ? reason.GetString() : null,
                root.TryGetProperty("timestamp", out var at) && at.TryGetInt64(out var milliseconds) ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return default;
        }
    }
}
