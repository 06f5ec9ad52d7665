using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Messenger.Testing.Processes;

namespace Messenger.Monitoring.Tests.Cluster;

/// <summary>Metrics and Orleans' dashboard are on the operator's port alone, the dashboard for those who have a token.</summary>
public sealed class OperatorPortTests : IAsyncLifetime
{
    private const string Token = "the-operators-token";

    private readonly int _port = Ports.Free(1)[0];
    private ServerProcess _server = null!;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(ServerSettings.Embedded(
        ("Admin__Port", _port.ToString(CultureInfo.InvariantCulture)),
        ("Admin__Tokens", $"alice:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)))}")));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Each_serves_its_own()
    {
        Assert.Equal(HttpStatusCode.OK, await Get(Operators("/metrics")));
        Assert.Equal(HttpStatusCode.NotFound, await Get(new Uri(_server.Settings.Http, "/metrics")));
        Assert.Equal(HttpStatusCode.NotFound, await Get(new Uri(_server.Settings.Http, "/dashboard/"), Token));

        Assert.Equal(HttpStatusCode.Unauthorized, await Get(Operators("/dashboard/")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(Operators("/dashboard/"), "another-token"));
        Assert.Equal(HttpStatusCode.OK, await Get(Operators("/dashboard/"), Token));
        Assert.Equal(HttpStatusCode.OK, await Get(Operators("/dashboard/DashboardCounters"), Token));

        // What would show somebody's data.
        Assert.Equal(HttpStatusCode.NotFound, await Get(Operators("/dashboard/GrainState"), Token));
        Assert.Equal(HttpStatusCode.NotFound, await Get(Operators("/dashboard/Trace"), Token));
    }

    private static async Task<HttpStatusCode> Get(Uri address, string? token = null)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = token is null
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anybody:{token}")));
        using var answer = await http.GetAsync(address);
        return answer.StatusCode;
    }

    private Uri Operators(string path) => new($"http://localhost:{_port}{path}");
}
