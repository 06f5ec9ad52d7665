using System.Net;
using Messenger.Testing.Processes;

namespace Messenger.Monitoring.Tests.Cluster;

/// <summary>When a load balancer is told to look elsewhere.</summary>
public sealed class ReadinessTests
{
    private const int Connections = 3;

    [Fact]
    public async Task A_process_that_drains_is_alive_and_not_ready()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Gateway__DrainPerSecond", "1")));
        var phones = new List<Phone>();
        for (var i = 0; i < Connections; i++)
        {
            phones.Add(await Phone.Join(server.Settings.WebSocket, Account.New()));
        }

        var end = server.Terminate();
        var ready = await Until(server, "/health/ready", HttpStatusCode.ServiceUnavailable);
        Assert.Contains("draining", ready, StringComparison.Ordinal);
        await Until(server, "/health/live", HttpStatusCode.OK);
        foreach (var phone in phones)
        {
            Assert.Equal(1001, await phone.Connection.Closing());
            await phone.DisposeAsync();
        }

        await end;
    }

    private static async Task<string> Until(ServerProcess server, string path, HttpStatusCode status)
    {
        using var http = new HttpClient { BaseAddress = server.Settings.Http };
        var body = "";
        await Deadlines.Until(
            async () =>
            {
                using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
                body = await answer.Content.ReadAsStringAsync();
                return answer.StatusCode == status;
            },
            Deadlines.Frame,
            () => $"{path} answers {status}: {body}");
        return body;
    }
}
