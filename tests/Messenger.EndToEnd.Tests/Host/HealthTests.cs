using System.Net;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Host;

/// <summary>The edges of a connection's life that need the HTTP side or a long wait.</summary>
public class HealthTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Health_is_told_and_a_plain_request_to_the_socket_is_refused()
    {
        using var http = new HttpClient { BaseAddress = Server.Http };

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
        Assert.InRange((int)(await http.GetAsync(new Uri("/ws", UriKind.Relative))).StatusCode, 400, 499);
    }
}
