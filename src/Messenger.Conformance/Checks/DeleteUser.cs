using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Deleting a person for good.</summary>
internal static class DeleteUserChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("A deleted user leaves every conversation and is no longer registered", ["REG-12"], ADeletedUserLeavesEveryConversationAndIsNoLongerRegistered),
        new("A wrong code deletes nobody", ["REG-12", "ERR-2"], AWrongCodeDeletesNobody),
        new("Who comes back starts with nothing", ["REG-12"], WhoComesBackStartsWithNothing),
        new("Who comes back is still blocked", ["CON-8"], WhoComesBackIsStillBlocked),
        new("Who has a number next was not there", ["REG-12", "CONV-10"], WhoHasANumberNextWasNotThere),
    ];

    private static async Task ADeletedUserLeavesEveryConversationAndIsNoLongerRegistered(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Newcomer(), await fixture.Person());
        var second = await fixture.NewDevice(a);
        var group = await b.Group(a);
        await a.Say(group);

        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = b.Account.OpenUserId })).Refused("bad_request");
        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = await a.Code() })).Done();

        Expect.Equal(4003, await a.Connection.Closing());
        Expect.Equal(4003, await second.Connection.Closing());
        Expect.Equal(a.UserId, (await b.HearEvent(group, "Leaved")).Text("eventUserId"));
        await a.Connect(fixture.Url);
        (await a.Authenticate()).Refused("unauthenticated");
        Expect.Empty((await b.Ask("RequestGetRegisteredUsers", new { checkUserList = new[] { a.UserId } })).Done().Texts("users"));
        var info = (await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        Expect.True(info.IsNull("publicKeyBase64"));
        Expect.Contains(await b.Log(group), message => message.Text("userId") == a.UserId && !message.Flag("isEvent"));
    }

    private static async Task AWrongCodeDeletesNobody(CheckFixture fixture)
    {
        var a = await fixture.Newcomer();
        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = a.Account.OpenUserId })).Done();

        (await a.Ask("RequestDeleteUserConfirmation", new { code = KnownCodes.Wrong(await a.Code()) })).Refused("forbidden");
        (await a.Ask("GetBlackList", new { userId = (string?)null })).Done();
    }

    private static async Task WhoComesBackStartsWithNothing(CheckFixture fixture)
    {
        var a = await fixture.Newcomer();
        (await a.Ask("UpdateParam", new { name = "n", value = "v" })).Done();
        (await a.Ask("RequestDeleteUser", new { openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = await a.Code() })).Done();
        await a.Connection.Closing();

        var again = await fixture.Newcomer(a.Account);

        Expect.Empty((await again.Ask("GetParams", new { userId = again.UserId })).Done().Items("params"));
        Expect.Empty((await again.Ask("RequestGetConversationsFull", new { userId = again.UserId })).Done().Items("conversations"));
    }

    private static async Task WhoHasANumberNextWasNotThere(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Newcomer(), await fixture.Person());
        var (left, stayed) = (await b.Group(a), await b.Group(a));
        (await a.Ask("UpdateMemberNick", new { conversationUuid = stayed.Uuid, nickEncrypted = "theirs" })).Done();
        var (own, theirs) = ((await a.Say(stayed)).Text("uuid")!, (await b.Say(stayed)).Text("uuid")!);
        (await a.Read(stayed, theirs)).Done();
        (await a.Leave(left)).Done();
        (await a.Ask("RequestDeleteUser", new { openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = await a.Code() })).Done();
        await a.Connection.Closing();

        var next = await fixture.Newcomer(a.Account);

        foreach (var conversation in new[] { left, stayed })
        {
            (await next.Ask("RequestGetMessagesFromUuid", new { conversationUuid = conversation.Uuid, size = 10 })).Refused("not_found");
            (await next.Ask("RequestGetSessionKey", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key })).Refused("not_found");
        }

        (await b.AddMember(stayed, next)).Done();
        (await next.Ask("UpdateMemberNick", new { conversationUuid = stayed.Uuid, nickEncrypted = "the next one's" })).Done();
        Expect.Equal(["Added"], (await next.Log(stayed)).Select(message => message.Text("eventType")!));
        (await next.Ask("RequestDeleteMessage", new { conversationUuid = stayed.Uuid, uuid = own })).Refused("not_found");
        var log = await b.Log(stayed);
        Expect.Null(log.Single(message => message.Is("uuid", own)).Text("userNick"));
        var counted = log.Single(message => message.Is("uuid", theirs));
        Expect.Equal((2, 2), (counted.Number("members"), counted.Number("readedMembers")));
    }

    private static async Task WhoComesBackIsStillBlocked(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Newcomer(), await fixture.Person());
        (await b.Ask("AddBlackList", new { userId = a.UserId })).Done();
        (await a.Ask("RequestDeleteUser", new { openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = await a.Code() })).Done();
        await a.Connection.Closing();

        var again = await fixture.Newcomer(a.Account);

        Expect.Contains(a.UserId, (await b.Ask("GetBlackList", new { userId = (string?)null })).Done().Texts("users"));
        (await again.Ask("RequestCreateConversationFull", again.Creation(isDialog: true, [b], []).Payload)).Refused("forbidden");
        (await b.Ask("RemoveBlackList", new { userId = a.UserId })).Done();
    }
}
