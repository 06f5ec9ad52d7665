using Messenger.Protocol;

namespace Messenger.Gateway.Requests;

/// <summary>Status messages, with what the features of their reader add to them.</summary>
internal static class StatusAnswers
{
    private const string Continued = "continued";
    private const string Resync = "resync";

    /// <summary>What a client waits that was told no time: the first pause of its own.</summary>
    private const int UsualSeconds = 1;

    /// <summary>A limit of a day is over at midnight or earlier: who waits asks again once an hour.</summary>
    private const long LongestMs = 60 * 60 * 1000;

    /// <summary>Of the time: clients that were refused together do not come back together.</summary>
    private const double Jitter = 0.25;

    public static ResponseStatusMessage Of(string? request, Error error, Features named) =>
        new(request, error.Status, error.Description)
        {
            RetryAfterMs = (named & Features.Errors) == 0 ? null : RetryAfter(error),
            ConversationUuid = (named & Features.Errors) == 0 ? null : error.ConversationUuid,
            RegistrationLock = (named & Features.Lock) == 0 || !error.RegistrationLock ? null : true,
        };

    /// <param name="note">Null: nothing to add.</param>
    /// <param name="resync">Of a login that had a cursor: whether it cannot be continued; null of all else.</param>
    public static ResponseStatusMessage Ok(string request, string? note, bool? resync, Features named) => new(request, Statuses.Ok, note)
    {
        Resume = resync is null || (named & Features.Errors) == 0 ? null : resync.Value ? Resync : Continued,
    };

    private static long? RetryAfter(Error error)
    {
        if (error.Status is not (Statuses.TooManyRequests or Statuses.Unavailable))
        {
            return null;
        }

        var least = 1000.0 * (error.RetryAfter > 0 ? error.RetryAfter : UsualSeconds);
        return Math.Min(LongestMs, (long)(least * (1 + (Jitter * Random.Shared.NextDouble()))));
    }
}
