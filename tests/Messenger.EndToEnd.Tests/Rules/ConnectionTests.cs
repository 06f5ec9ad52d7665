using System.Net;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>The edges of a connection's life that need the HTTP side or a long wait.</summary>
public class ConnectionTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Who_does_not_authenticate_within_a_minute_is_closed_with_4008()
    {
        var stranger = await Stranger();
        var opened = Clock.Now;

        var code = (await stranger.Line.Ended.WaitAsync(TimeSpan.FromSeconds(60) + Deadlines.Frame)).Code;

        Assert.Equal(4008, code);
        Assert.True(Clock.Now - opened > TimeSpan.FromSeconds(55), "closed too early");
    }

    [Fact]
    public async Task Health_is_told_and_a_plain_request_to_the_socket_is_refused()
    {
        using var http = new HttpClient { BaseAddress = Server.Http };

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
        Assert.InRange((int)(await http.GetAsync(new Uri("/ws", UriKind.Relative))).StatusCode, 400, 499);
    }
}
