using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>Ready means it can serve: a store that answers and takes nothing makes every role say so, with the reason, and none restart.</summary>
[Trait("Category", "Cluster")]
public sealed class RefusingStoreTests
{
    /// <summary>Room for a cluster and its first WAL, and some to fill.</summary>
    private const int DiskMiB = 128;

    /// <summary>Of a body: more than any page that is there has room for.</summary>
    private const int Body = 40_000;

    private static readonly HttpClient Http = new();

    [Fact]
    public async Task A_full_disk_is_told_by_every_role_and_cuts_nobody_off()
    {
        await using var postgres = await PostgresServer.Start(diskMiB: DiskMiB);
        await using var redis = await RedisServer.Start();
        var database = postgres.CreateDatabase();
        await ServerProcess.RunAsync(Settings("all"), "migrate");
        await using var worker = await ServerProcess.StartAsync(Settings("worker"), mayLogStackTraces: true);
        await using var gateway = await ServerProcess.StartAsync(Settings("gateway"), mayLogStackTraces: true);
        await using var phone = await Phone.Join(gateway.Settings.WebSocket, Account.New());
        await using var other = await Phone.Join(gateway.Settings.WebSocket, Account.New());
        var conversation = await phone.Dialog(other);
        Assert.Equal("ready", (await Ready(worker)).Status);

        postgres.FillDisk();
        await Deadlines.Until(
            async () =>
            {
                (await phone.Ask("RequestAddMessage", conversation.Draft(body: Opaque.Base64(Body)))).Refused("unavailable");
                return (await Ready(worker)).Reasons.Contains("its disk is full", StringComparison.Ordinal)
                    && (await Ready(gateway)).Reasons.Contains("requests have been refused", StringComparison.Ordinal);
            },
            Deadlines.Recovery,
            () => $"a process that writes nothing says that it is ready:\n{worker.Log.Tail}\n{gateway.Log.Tail}");
        foreach (var process in new[] { worker, gateway })
        {
            using var live = await Http.GetAsync(new Uri(process.Settings.Http, "/health/live"));
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        }

        postgres.EmptyDisk();
        await Deadlines.Until(
            async () => (await Ready(worker)).Status == "ready" && (await Ready(gateway)).Status == "ready",
            Deadlines.Recovery,
            () => "a process is not ready though the store takes everything again");
        Assert.True(phone.IsConnected && other.IsConnected);
        await other.Hear((await phone.Say(conversation)).Text("uuid")!);

        ServerSettings Settings(string role) => ServerSettings.InCluster(role, database, redis.ConnectionString, "test-refusing");
    }

    private static async Task<(string Status, string Reasons)> Ready(ServerProcess process)
    {
        using var answer = await Http.GetAsync(new Uri(process.Settings.Http, "/health/ready"));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(answer.StatusCode == HttpStatusCode.OK, body.GetProperty("status").GetString() == "ready");
        return (body.GetProperty("status").GetString()!, body.GetProperty("reasons").GetRawText());
    }
}
