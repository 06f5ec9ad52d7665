using System.Net;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Files;

/// <summary>Web pages of the origins that may open a WebSocket may upload and download; pages of others are told nothing.</summary>
public sealed class CorsTests
{
    private const string Allowed = "https://chat.example";
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_and_others_may_not()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Gateway__AllowedOrigins", Allowed)));
        foreach (var (path, method) in new[] { ("/upload", "POST"), ("/upload/some-id", "PATCH"), ("/download/conversation_x/y", "GET"), ("/avatar/user_x", "PUT") })
        {
            using var asked = await Ask(server, path, HttpMethod.Options, Allowed, method);
            Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
            Assert.Equal(Allowed, Assert.Single(asked.Headers.GetValues("Access-Control-Allow-Origin")));
            Assert.Contains("Upload-Offset", Assert.Single(asked.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
            Assert.False(asked.Headers.Contains("Access-Control-Allow-Credentials"));

            using var refused = await Ask(server, path, HttpMethod.Options, "https://elsewhere.example", method);
            Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));
        }

        // A refusal is readable too: the page shows what was wrong.
        using var answer = await Ask(server, "/avatar/user_x", HttpMethod.Get, Allowed);
        Assert.Equal(Allowed, Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("Location", Assert.Single(answer.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        using var other = await Ask(server, "/asyncapi.yaml", HttpMethod.Get, Allowed);
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Without_allowed_origins_there_is_no_word_of_it()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded());
        using var asked = await Ask(server, "/upload", HttpMethod.Options, Allowed, "POST");
        Assert.False(asked.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static Task<HttpResponseMessage> Ask(ServerProcess server, string path, HttpMethod method, string origin, string? wants = null)
    {
        var request = new HttpRequestMessage(method, new Uri(server.Settings.Http, path));
        request.Headers.Add("Origin", origin);
        if (wants is not null)
        {
            request.Headers.Add("Access-Control-Request-Method", wants);
            request.Headers.Add("Access-Control-Request-Headers", "authorization,upload-offset,tus-resumable");
        }

        return Http.SendAsync(request);
    }
}
