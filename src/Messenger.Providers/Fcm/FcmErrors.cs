using System.Net;
using System.Text.Json;
using Messenger.Ports;

namespace Messenger.Providers.Fcm;

/// <summary>What an answer of FCM's HTTP v1 interface means for us, after its table of error codes.</summary>
internal static class FcmErrors
{
    /// <summary>What its guide to scaling asks for where a 429 names no time.</summary>
    private static readonly TimeSpan QuotaWait = TimeSpan.FromMinutes(1);

    /// <summary>Credentials do not mend within seconds, and somebody was told.</summary>
    private static readonly TimeSpan CredentialsWait = TimeSpan.FromMinutes(1);

    private const string FcmError = "type.googleapis.com/google.firebase.fcm.v1.FcmError";

    private const string BadRequest = "type.googleapis.com/google.rpc.BadRequest";

    public static PushOutcome Outcome(HttpStatusCode status, string body, TimeSpan? retryAfter)
    {
        var error = Error.Parse(body);
        return (status, error.Code) switch
        {
            (_, "UNREGISTERED") => new(PushVerdict.TokenDead, Reason: error.Code),

            // Either the token is none, or something of ours is wrong: a token must not be dropped for the latter.
            (_, "INVALID_ARGUMENT") => new(error.BlamesToken ? PushVerdict.TokenDead : PushVerdict.Refused, Reason: error.Code),

            // The token belongs to another project: ours may be the wrong one, and then all tokens are good.
            (_, "SENDER_ID_MISMATCH" or "THIRD_PARTY_AUTH_ERROR") => new(PushVerdict.Refused, Reason: error.Code),
            (HttpStatusCode.TooManyRequests, _) or (_, "QUOTA_EXCEEDED") => new(PushVerdict.ProviderLater, retryAfter ?? QuotaWait, Reason: error.Code),
            (HttpStatusCode.ServiceUnavailable, _) or (_, "UNAVAILABLE") => new(PushVerdict.ProviderLater, retryAfter, Reason: error.Code),
            ( >= HttpStatusCode.InternalServerError, _) => new(PushVerdict.Later, retryAfter, Reason: error.Code),

            // 404 without UNREGISTERED is a project that is not there.
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound, _) =>
                new(PushVerdict.ProviderLater, CredentialsWait, Reason: error.Code),
            _ => new(PushVerdict.Refused, Reason: error.Code),
        };
    }

    /// <param name="Code">FCM's own code, else Google's status.</param>
    /// <param name="BlamesToken">FCM itself found the token to be none, or the request's only violation is the token.</param>
    private readonly record struct Error(string? Code, bool BlamesToken)
    {
        public static Error Parse(string body)
        {
            try
            {
                using var json = JsonDocument.Parse(body);
                var error = json.RootElement.GetProperty("error");
                var status = error.TryGetProperty("status", out var text) ? text.GetString() : null;
                var details = error.TryGetProperty("details", out var list) ? list.EnumerateArray().ToList() : [];
                var own = details.Where(detail => Is(detail, FcmError)).Select(detail => detail.GetProperty("errorCode").GetString()).FirstOrDefault();
                var violations = details.Where(detail => Is(detail, BadRequest))
                    .SelectMany(detail => detail.GetProperty("fieldViolations").EnumerateArray())
                    .Select(violation => violation.GetProperty("field").GetString())
                    .ToList();
                return new(own ?? status, violations.Count == 0 ? own is not null : violations.All(field => field == "message.token"));
            }
            catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                // A proxy's page: the status alone speaks.
                return default;
            }
        }

        private static bool Is(JsonElement detail, string type) => detail.TryGetProperty("@type", out var name) && name.GetString() == type;
    }
}
