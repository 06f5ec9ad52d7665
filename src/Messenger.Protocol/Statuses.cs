namespace Messenger.Protocol;

/// <summary>The values of <c>status</c> in a <see cref="ResponseStatusMessage"/>.</summary>
public static class Statuses
{
    /// <summary>The effect is on disk.</summary>
    public const string Ok = "ok";

    /// <summary>The request itself is wrong; sending it again changes nothing.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>Authenticate first (RequestAuthenticationByApplication), or register the application again.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>The actor may not do this.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>It does not exist, or the actor is not to know that it does.</summary>
    public const string NotFound = "not_found";

    /// <summary>It contradicts what is stored: a uuid of somebody else's, a session key that is no longer current.</summary>
    public const string Conflict = "conflict";

    /// <summary>A limit was met; <c>description</c> says how many seconds to wait.</summary>
    public const string TooManyRequests = "too_many_requests";

    /// <summary>The server cannot tell now, and the effect may or may not have happened: send the same request again later.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>A fault of the server's; it is in its log.</summary>
    public const string Internal = "internal";
}
