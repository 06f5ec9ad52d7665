using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Client.Files;

/// <summary>The server's HTTP side: one request until there is an answer that counts (FILE-9).</summary>
internal sealed class HttpChannel : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Of a refusal's body, which is a sentence.</summary>
    private const int LongestRefusal = 16 * 1024;

    private readonly MessengerClient _client;
    private readonly HttpClient _http;
    private readonly AuthenticationHeaderValue _credential;

    public HttpChannel(MessengerClient client, HttpMessageHandler? handler)
    {
        _client = client;
        _http = handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        _http.Timeout = Timeout.InfiniteTimeSpan;
        Base = new UriBuilder(client.Url) { Scheme = client.Url.Scheme is "wss" or "https" ? "https" : "http", Path = "/", Query = "" }.Uri;
        _credential = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.UserId}:{client.ApplicationUuid}")));
    }

    /// <summary>Where the server answers HTTP.</summary>
    public Uri Base { get; }

    /// <summary>
    /// Sends until it is answered: a broken network, 423, 429 and 503 are tried again, as long as <see cref="ClientOptions.Timeout"/> allows from one answer to the next.
    /// </summary>
    /// <param name="make">A new request for each try.</param>
    /// <param name="isSigned">The URL is the credential, which goes to no other host.</param>
    /// <exception cref="TimeoutException">No answer in that time.</exception>
    public async Task<HttpResponseMessage> Send(Func<HttpRequestMessage> make, CancellationToken cancellation, bool isSigned = false)
    {
        var (clock, began, pause) = (_client.Options.Clock, _client.Options.Clock.GetTimestamp(), FirstPause);
        while (true)
        {
            var obstacle = "the server answers nothing";
            var wait = pause;
            try
            {
                using var request = make();
                request.Headers.Authorization = isSigned ? null : _credential;
                using var deadline = new CancellationTokenSource(_client.Options.Timeout, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
                var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (response.StatusCode is not (HttpStatusCode.Locked or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                {
                    return response;
                }

                obstacle = $"the server answers {(int)response.StatusCode}";
                wait = response.Headers.RetryAfter?.Delta is { } asked && asked > pause ? asked : pause;
                response.Dispose();
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                obstacle = fault.Message;
            }

            if (clock.GetElapsedTime(began) + wait > _client.Options.Timeout)
            {
                throw new TimeoutException($"a transfer had no answer in {_client.Options.Timeout.TotalSeconds:0} s: {obstacle}");
            }

            await Task.Delay(wait, clock, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>What the server refused, as a refusal of the protocol.</summary>
    public static async Task<RefusedException> Refusal(HttpResponseMessage response, CancellationToken cancellation)
    {
        ResponseStatusMessage? said = null;
        try
        {
            var body = new byte[LongestRefusal];
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
            said = JsonSerializer.Deserialize(body.AsSpan(0, length), WireJson.Default.ResponseStatusMessage);
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException or IOException)
        {
            // A proxy's page: the number says what there is to say.
        }

        return new RefusedException(new Error(said?.Status ?? Status(response.StatusCode), said?.Description ?? $"HTTP {(int)response.StatusCode}"));
    }

    public void Dispose() => _http.Dispose();

    private static string Status(HttpStatusCode code) => code switch
    {
        HttpStatusCode.Unauthorized => Statuses.Unauthenticated,
        HttpStatusCode.Forbidden => Statuses.Forbidden,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => Statuses.NotFound,
        HttpStatusCode.Conflict => Statuses.Conflict,
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => Statuses.BadRequest,
        _ => Statuses.Internal,
    };
}
