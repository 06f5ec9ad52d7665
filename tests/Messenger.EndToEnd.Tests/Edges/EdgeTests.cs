using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Messenger.EndToEnd.Tests.Files;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Host;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Edges;

/// <summary>What everybody who can reach the port meets first, at a real server.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class EdgeTests : IAsyncLifetime
{
    private const int Failures = 3;
    private const string Origin = "https://chat.example";

    private readonly Folder _certificates = new();
    private readonly TestAuthority _authority = new("public");
    private readonly int _tls = Ports.Free(1)[0];
    private ServerProcess? _server;

    private ServerSettings Server => _server!.Settings;

    private string Data => Path.Combine(Server.DataDirectory, "data");

    public async Task InitializeAsync()
    {
        Renew("first.example");
        var settings = ServerSettings.Embedded(
            ("Gateway__TrustedProxies", "127.0.0.0/8"), ("Gateway__AllowedOrigins", Origin), ("Limits__Enabled", "true"),
            ("Limits__FailedLoginsPerAddress", Failures.ToString(CultureInfo.InvariantCulture)),
            ("Tls__Certificate", Pem("certificate")), ("Tls__Key", Pem("key")));
        var data = Directory.CreateDirectory(Path.Combine(settings.DataDirectory, "data"));
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
        await File.WriteAllTextAsync(Path.Combine(data.FullName, "messenger.old"), "of an earlier release");
        File.SetUnixFileMode(Path.Combine(data.FullName, "messenger.old"), (UnixFileMode)0b110_100_100);
        var urls = string.Create(CultureInfo.InvariantCulture, $"{settings.Environment["ASPNETCORE_URLS"]};https://127.0.0.1:{_tls}");
        _server = await ServerProcess.StartAsync(settings with
        {
            Environment = new Dictionary<string, string>(settings.Environment) { ["ASPNETCORE_URLS"] = urls, ["Data__Directory"] = data.FullName },
        });
    }

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        _certificates.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task The_edge_holds()
    {
        await A_trusted_proxy_tells_the_clients_address();
        await Headers_and_queries_are_bounded();
        await Pages_of_allowed_origins_connect();
        await What_is_stored_is_this_accounts_alone();
        await A_renewed_certificate_is_served_without_a_restart();
    }

    [Fact]
    public async Task Who_is_no_trusted_proxy_is_the_client()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(
            ("Gateway__TrustedProxies", "192.0.2.0/24"), ("Limits__Enabled", "true"),
            ("Limits__FailedLoginsPerAddress", Failures.ToString(CultureInfo.InvariantCulture))));

        // Another claim each time, and the one that counts is the connection's own address.
        for (var at = 0; at < Failures; at++)
        {
            Assert.Equal(401, await Guess(server.Settings, $"203.0.113.{at}"));
        }

        Assert.Equal(429, await Guess(server.Settings, "203.0.113.200"));
        Assert.Equal(429, await Guess(server.Settings, "192.0.2.1"));
        Assert.Equal(429, await Guess(server.Settings, null));
    }

    private async Task A_trusted_proxy_tells_the_clients_address()
    {
        for (var at = 0; at < Failures; at++)
        {
            Assert.Equal(401, await Guess(Server, "203.0.113.1"));
        }

        Assert.Equal(429, await Guess(Server, "203.0.113.1"));
        Assert.Equal(401, await Guess(Server, "203.0.113.2"));

        // What the client wrote itself stands to the left of what the proxy added, and is not believed.
        Assert.Equal(429, await Guess(Server, "198.51.100.1, 203.0.113.1"));
        Assert.Equal(429, await Guess(Server, "198.51.100.2, 203.0.113.1, 127.0.0.9"));
    }

    private async Task Headers_and_queries_are_bounded()
    {
        using var http = new HttpClient { BaseAddress = Server.Http };
        Assert.Equal(HttpStatusCode.OK, await Get(http, "/health/live", 40, 10));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, await Get(http, "/health/live", 80, 10));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, await Get(http, "/health/live", 2, 10_000));
        Assert.Equal(HttpStatusCode.RequestUriTooLong, await Get(http, "/health/live?" + new string('q', 9_000), 0, 0));
        using var answer = await http.GetAsync(new Uri(Server.Http, "/health/live"));
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.False(answer.Headers.Contains("Server"));
    }

    private async Task Pages_of_allowed_origins_connect()
    {
        foreach (var (origin, code) in new[] { (Origin, 101), (Server.Http.GetLeftPart(UriPartial.Authority), 101), ("https://evil.example", 403), ("null", 403) })
        {
            using var socket = new ClientWebSocket();
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.SetRequestHeader("Origin", origin);
            try
            {
                await socket.ConnectAsync(Server.WebSocket, CancellationToken.None);
            }
            catch (WebSocketException)
            {
                // What is asked is its status.
            }

            Assert.True(code == (int)socket.HttpStatusCode, $"{origin}: {socket.HttpStatusCode}");
        }
    }

    private async Task What_is_stored_is_this_accounts_alone()
    {
        await using var a = await Phone.Join(Server.WebSocket, Account.New());
        var conversation = await a.Group();
        using var files = new FileClient(Server.Http, a);
        (await files.OneShot(conversation, await FileClient.WithFiles(a, conversation), "name", [1, 2, 3])).Dispose();

        const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(File | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Data));
        foreach (var entry in new DirectoryInfo(Data).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var expected = entry is DirectoryInfo ? File | UnixFileMode.UserExecute : File;
            Assert.True(expected == entry.UnixFileMode, $"{entry.FullName} is {entry.UnixFileMode}");
        }

        Assert.True(System.IO.File.Exists(Path.Combine(Data, "messenger.key")));
    }

    private async Task A_renewed_certificate_is_served_without_a_restart()
    {
        Assert.Equal("CN=first.example", await Served());
        Renew("second.example");
        await Deadlines.Until(async () => await Served() == "CN=second.example", Deadlines.Frame, () => "the renewed certificate is not served");

        // Half of a renewal: what was good goes on.
        await File.WriteAllTextAsync(Pem("certificate"), "-----BEGIN CERTIFICATE-----\nnothing");
        Assert.Equal("CN=second.example", await Served());
    }

    /// <summary>A login that is none, by HTTP.</summary>
    private static async Task<int> Guess(ServerSettings server, string? forwardedFor)
    {
        using var http = new HttpClient { BaseAddress = server.Http };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Account.New().UserId}:{Opaque.Uuid()}")));
        if (forwardedFor is not null)
        {
            http.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        }

        using var answer = await http.GetAsync(new Uri(server.Http, $"/avatar/conversation_{Opaque.Uuid()}"));
        return (int)answer.StatusCode;
    }

    private static async Task<HttpStatusCode> Get(HttpClient http, string path, int headers, int characters)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        for (var at = 0; at < headers; at++)
        {
            request.Headers.Add($"X-Header-{at}", new string('v', characters));
        }

        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<string> Served()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _tls);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, certificate, chain, _) => Leads((X509Certificate2)certificate!, chain!));
        await tls.AuthenticateAsClientAsync("first.example");
        return tls.RemoteCertificate!.Subject;
    }

    /// <summary>A phone knows the root alone: what is between has to come with the certificate.</summary>
    private bool Leads(X509Certificate2 certificate, X509Chain sent)
    {
        using var root = X509Certificate2.CreateFromPem(_authority.Pem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private void Renew(string name)
    {
        var (certificate, key) = _authority.Sign(name);
        File.WriteAllText(Pem("key"), key);
        File.WriteAllText(Pem("certificate"), certificate);
    }

    private string Pem(string name) => Path.Combine(_certificates.Path, $"{name}.pem");
}
