using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>Calls between two gateways over two workers, while one of each dies.</summary>
[Trait("Category", "Cluster")]
public sealed class CallTests : IAsyncLifetime
{
    private const string Hints = "hints";
    private const string Heard = "NotificationSignal";
    private const int Candidates = 5;

    private ClusterFixture _cluster = null!;

    public async Task InitializeAsync() => _cluster = await ClusterFixture.StartAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Signals_cross_the_cluster_in_order_and_a_call_finds_who_logs_in_elsewhere()
    {
        var (one, other) = (_cluster.GatewayProcesses[0].Settings, _cluster.GatewayProcesses[1].Settings);
        await using var caller = await Phone.Join(one);
        await using var called = await Phone.Join(other);
        var dialog = await caller.Dialog(called);
        await called.Say(dialog);
        await Returns(caller, one.WebSocket);
        await Returns(called, other.WebSocket);

        var sent = await Rings(caller, dialog);
        Assert.Equal(sent, await HearsSignals(called, sent.Count));

        // On another gateway, as after a push.
        await called.Connection.DisposeAsync();
        sent = await Rings(caller, dialog);
        await Returns(called, one.WebSocket);
        Assert.Equal(sent, (await HearsSignals(called, 2 * sent.Count)).TakeLast(sent.Count));

        // A process of each kind is lost: calls that ring are lost with it, and the next one is not.
        _cluster.WorkerProcesses[0].Kill9();
        _cluster.GatewayProcesses[1].Kill9();
        await Deadlines.Until(async () => await CallsAgain(caller, called, dialog, one.WebSocket), Deadlines.Recovery, () => "no call rings");
    }

    /// <summary>False where no signal passes yet, or a connection ended on the way: whoever takes over closes those that may have missed something, once (1012).</summary>
    private static async Task<bool> CallsAgain(Phone caller, Phone called, ConversationHandle dialog, Uri gateway)
    {
        try
        {
            foreach (var phone in new[] { caller, called })
            {
                await phone.Connection.DisposeAsync();
                await Returns(phone, gateway);
            }

            if ((await caller.Ask("RequestSendSignal", Signal(dialog, "none", null))).Status != "ok")
            {
                return false;
            }

            await called.Say(dialog);
            await Drained(called);
            var sent = await Rings(caller, dialog);
            Assert.Equal(sent, await HearsSignals(called, sent.Count));
            return true;
        }
        catch (ConnectionBrokenException)
        {
            return false;
        }
    }

    private static async Task Returns(Phone phone, Uri gateway)
    {
        await phone.Connect(gateway);
        await Deadlines.Until(async () => (await phone.Authenticate([Hints])).Status == "ok", Deadlines.Recovery, () => "no login");
    }

    /// <summary>What is left of calls before: the answer to a ping stands behind it.</summary>
    private static async Task Drained(Phone phone)
    {
        (await phone.Ask("RequestPing", new { when = 1 })).Done();
        foreach (var _ in phone.Connection.Inbox.Left(Heard))
        {
            await phone.Notified(Heard);
        }
    }

    private static async Task<List<string>> Rings(Phone caller, ConversationHandle dialog)
    {
        var (call, sent) = (Guid.NewGuid().ToString(), new List<string>());
        for (var i = 0; i <= Candidates; i++)
        {
            var signal = Signal(dialog, i == 0 ? "start" : "none", call);
            (await caller.Ask("RequestSendSignal", signal)).Done();
            sent.Add((string)signal["signalUuid"]!);
        }

        return sent;
    }

    private static async Task<List<string>> HearsSignals(Phone phone, int count)
    {
        var heard = new List<string>();
        for (var i = 0; i < count; i++)
        {
            heard.Add((await phone.Notified(Heard)).Payload.Text("signalUuid")!);
        }

        return heard;
    }

    private static Dictionary<string, object?> Signal(ConversationHandle dialog, string ring, string? call) => new()
    {
        ["signalUuid"] = Guid.NewGuid().ToString(),
        ["callUuid"] = call,
        ["conversationUuid"] = dialog.Uuid,
        ["sessionKeyUuid"] = dialog.Key,
        ["ivBase64"] = "aXY=",
        ["bodyEncryptedBase64"] = "Ym9keQ==",
        ["ring"] = ring,
    };
}
