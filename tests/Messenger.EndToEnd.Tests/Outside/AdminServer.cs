using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Outside;

/// <summary>The operator's side of a server.</summary>
internal sealed class Operator : IDisposable
{
    public const string Token = "the-operators-token";
    public const string Expired = "an-expired-token";
    public const string ReaderToken = "the-readers-token";

    private readonly HttpClient _http;

    public Operator(Uri address, string? token = Token)
    {
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    public static string Tokens => $"alice:{Hash(Token)},old:{Hash(Expired)}:2020-01-31";

    /// <summary>Of somebody who only looks.</summary>
    public static string ReaderEntry => $"rita:{Hash(ReaderToken)}:reader";

    /// <summary>An embedded server with an operator's port.</summary>
    public static (ServerSettings Settings, Uri Admin) Embedded(params (string Key, string Value)[] more)
    {
        var port = Ports.Free(1)[0];
        return (
            ServerSettings.Embedded([("Admin__Port", port.ToString(CultureInfo.InvariantCulture)), ("Admin__Tokens", Tokens), .. more]),
            new Uri($"http://localhost:{port}"));
    }

    public async Task<JsonElement> Get(string path, int status = 200) => await Read(await _http.GetAsync(new Uri($"/admin/v1{path}", UriKind.Relative)), status);

    public async Task<JsonElement> Post(string path, object body, int status = 200) =>
        await Read(await _http.PostAsJsonAsync(new Uri($"/admin/v1{path}", UriKind.Relative), body), status);

    public void Dispose() => _http.Dispose();

    private static async Task<JsonElement> Read(HttpResponseMessage answer, int status)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode} instead of {status}: {text}");
            return JsonDocument.Parse(text).RootElement;
        }
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
