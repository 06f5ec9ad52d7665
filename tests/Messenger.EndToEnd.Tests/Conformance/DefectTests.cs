using System.Text.Json.Nodes;
using Messenger.Conformance;
using Messenger.Conformance.Rules;
using Messenger.EndToEnd.Tests.Harness;

namespace Messenger.EndToEnd.Tests.Conformance;

/// <summary>The kit finds what is wrong: for each group of rules it is shown a server with a defect, and must name the rule.</summary>
public class DefectTests(SharedServer server) : OnSharedServer(server)
{
    private const string Added = "NotificationAddedMessageToConversation";
    private const string Status = "ResponseStatusMessage";

    /// <summary>What a defect keeps back does not come: no need to wait for it as long as for a slow server.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    private static readonly (string Rule, string Defect, Func<Tampering> Make)[] Defects =
    [
        ("ENV-3", "a number as id comes back as text", () => new Frames(frame => frame["id"] = frame["id"]?.ToString(), "ResponsePong")),
        ("FMT-7", "messages come oldest first", () => new Frames(frame => Reverse(frame, "messages"), "ResponseGetMessages")),
        ("ERR-1", "a stranger may probe", () => new Frames(frame => Becomes(frame, "not_found", "forbidden"), Status)),
        ("CLOSE-4", "a binary frame ends in a normal close", () => new OtherCode(1003, 1000)),
        ("NOT-2", "a notification comes twice", () => new Times(2, Added)),
        ("NOT-2", "two notifications change places", () => new Swapped(Added)),
        ("REL-3", "a notification never comes", () => new Times(0, Added)),
        ("RES-2", "nothing is replayed", () => new Requests(payload => payload.Remove("resumeCursor"), "RequestAuthenticationByApplication")),
        ("SYNC-2", "a conversation is missing in the sync", () => new Frames(frame => RemoveLast(frame, "conversations"), "ResponseGetConversationsFull")),
        ("REL-2", "a retry is another message", () => new Requests(payload => payload["messageUuid"] = Guid.NewGuid().ToString(), "RequestAddMessage")),
        ("TRY-3", "a foreign uuid is taken", () => new Frames(frame => Becomes(frame, "conflict", "ok"), Status)),
        ("REG-4", "every code is right", () => new Requests(payload => payload["smsCode"] = ServerSettings.Code, "RequestConfirmRegistration")),
        ("PRO-3", "the private key is told to anybody", () => new Frames(Leak, "ResponseUserInfo")),
        ("CON-1", "a merge replaces", () => new Requests(payload => payload["merge"] = false, "RequestUpdateContactList")),
        ("CONV-11", "nobody hears who was kicked", () => new Times(0, "NotificationConversationLeaved")),
        ("KEY-1", "signatures are the server's own", () => new Frames(Sign, "ResponseSessionKeyByUuid")),
        ("MSG-1", "bodies are changed on the way", () => new Frames(frame => frame["payload"]!["message"]!["bodyEncryptedBase64"] = "AAAA", Added)),
        ("RCP-1", "receipts are forgotten", () => new Lying("MessageDelivered")),
        ("FILE-7", "files of no message are an empty list", () => new Frames(NoFiles, Status)),
        ("REP-2", "nobody hears of a report", () => new Frames(frame => frame["payload"]!["objectionable"] = false, "UpdatedMessageNotification")),
        ("EXT-1", "everybody is told the time", () => new Frames(frame => frame["payload"]!["now"] = 1, "ResponsePong")),
        ("LIM-3", "what is too long is cut", () => new Requests(Cut, "RequestUpdateUserNick")),
    ];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (rule, defect, _) in Defects)
            {
                cases.Add(rule, defect);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_found(string rule, string defect)
    {
        var verdict = await Judge(rule, Defects.Single(item => item.Rule == rule && item.Defect == defect).Make);

        Assert.Equal(Result.Broken, verdict.Result);
    }

    [Theory]
    [MemberData(nameof(Tried))]
    public async Task The_proxy_alone_breaks_no_rule(string rule)
    {
        var verdict = await Judge(rule, () => new Tampering());

        Assert.True(verdict.Result == Result.Holds, verdict.Message);
    }

    public static TheoryData<string> Tried => [.. Defects.Select(defect => defect.Rule).Distinct()];

    [Fact]
    public void Every_group_of_rules_has_a_defect() =>
        Assert.Empty(Rulebook.Rules.Select(rule => rule.Group).Distinct().Except(Defects.Select(defect => defect.Rule[..defect.Rule.IndexOf('-', StringComparison.Ordinal)])));

    private async Task<Verdict> Judge(string id, Func<Tampering> make)
    {
        await using var proxy = await FaultyProxy.Start(Server.WebSocket, make);
        var kit = new Inspection(KitFixture.Target(proxy.Url) with { Timeout = Short });
        var rule = Rulebook.Rules.Single(rule => rule.Id == id);
        var outcomes = new List<Outcome>();
        foreach (var check in Inspection.ChecksOf([rule]).Where(check => check.Waits == TimeSpan.Zero))
        {
            outcomes.Add(await kit.Run(check));
            if (outcomes[^1].Result == Result.Broken)
            {
                break;
            }
        }

        return Verdict.Of(rule, outcomes);
    }

    private static void Becomes(JsonObject frame, string from, string to)
    {
        if (frame["payload"]!["status"]!.ToString() == from)
        {
            frame["payload"]!["status"] = to;
        }
    }

    private static void Reverse(JsonObject frame, string list) =>
        frame["payload"]![list] = new JsonArray([.. frame["payload"]![list]!.AsArray().Reverse().Select(item => item!.DeepClone())]);

    private static void RemoveLast(JsonObject frame, string list)
    {
        var items = frame["payload"]![list]!.AsArray();
        if (items.Count > 0)
        {
            items.RemoveAt(items.Count - 1);
        }
    }

    private static void Leak(JsonObject frame)
    {
        var user = frame["payload"]!["user"]!;
        user["privateKeyEncryptedBase64"] ??= user["publicKeyBase64"]?.DeepClone();
    }

    private static void Sign(JsonObject frame) =>
        frame["payload"]!["sessionKey"]!["signatureBase64"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray());

    private static void NoFiles(JsonObject frame)
    {
        if (frame["payload"]!["requestType"]?.ToString().StartsWith("RequestGetFiles", StringComparison.Ordinal) is true)
        {
            frame["type"] = "ResponseFiles";
            frame["payload"] = new JsonObject { ["files"] = new JsonArray() };
        }
    }

    private static void Cut(JsonObject payload)
    {
        if (payload["nick"]?.ToString() is { Length: > 100 } nick)
        {
            payload["nick"] = nick[..100];
        }
    }
}
