using System.Net.Http.Headers;

namespace Messenger.Providers.Http;

/// <summary>Calls to other people's servers.</summary>
internal static class Outbound
{
    /// <summary>Other people's addresses move: a connection is not kept longer than a name's usual life.</summary>
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    /// <summary>Longer than a handshake to the other side of the world, shorter than anybody's patience.</summary>
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2);

    /// <summary>What a provider may ask us to wait: more would be forgetting.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>A client without a time-out of its own: each call brings one.</summary>
    public static HttpClient Client(HttpMessageHandler? handler = null) => new(handler ?? new SocketsHttpHandler
    {
        PooledConnectionLifetime = ConnectionLife,
        ConnectTimeout = ConnectLimit,
        AllowAutoRedirect = false,
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>What the answer's Retry-After asks for, in seconds or as a date; null where it has none.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider timeProvider)
    {
        TimeSpan? wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - timeProvider.GetUtcNow(),
            _ => null,
        };
        return wait switch
        {
            null => null,
            { } asked when asked < TimeSpan.Zero => TimeSpan.Zero,
            { } asked when asked > LongestWait => LongestWait,
            _ => wait,
        };
    }

    /// <summary>Why nobody answered, for an operator. It names no address and no secret.</summary>
    public static string Reason(Exception fault) => fault switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "its name is not known",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "it takes no connection",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Chain(fault).OfType<System.Security.Authentication.AuthenticationException>()
            .Any(tls => tls.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)) ? "its certificate is not trusted here" : "TLS with it failed",
        OperationCanceledException or TimeoutException => "no answer in time",
        _ => "the connection broke",
    };

    private static IEnumerable<Exception> Chain(Exception fault)
    {
        for (var next = fault; next is not null; next = next.InnerException!)
        {
            yield return next;
        }
    }

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}")));
}
