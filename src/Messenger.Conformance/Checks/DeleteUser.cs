using Messenger.Conformance.Phones;

namespace Messenger.Conformance.Checks;

/// <summary>Deleting a person for good.</summary>
internal static class DeleteUserChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("A deleted user leaves every conversation and is no longer registered", ["REG-12"], ADeletedUserLeavesEveryConversationAndIsNoLongerRegistered),
        new("A wrong code deletes nobody", ["REG-12", "ERR-2"], AWrongCodeDeletesNobody),
        new("Who comes back starts with nothing", ["REG-12"], WhoComesBackStartsWithNothing),
    ];

    private static async Task ADeletedUserLeavesEveryConversationAndIsNoLongerRegistered(Scene scene)
    {
        var (a, b) = (await scene.Newcomer(), await scene.Person());
        var second = await scene.NewDevice(a);
        var group = await b.Group(a);
        await a.Say(group);

        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = b.Account.OpenUserId })).Refused("bad_request");
        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = await a.Code() })).Done();

        Expect.Equal(4003, await a.Line.Closing());
        Expect.Equal(4003, await second.Line.Closing());
        Expect.Equal(a.UserId, (await b.HearEvent(group, "Leaved")).Text("eventUserId"));
        await a.Connect(scene.Url);
        (await a.Authenticate()).Refused("unauthenticated");
        Expect.Empty((await b.Ask("RequestGetRegisteredUsers", new { checkUserList = new[] { a.UserId } })).Done().Texts("users"));
        var info = (await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        Expect.True(info.IsNull("publicKeyBase64"));
        Expect.Contains(await b.Log(group), message => message.Text("userId") == a.UserId && !message.Flag("isEvent"));
    }

    private static async Task AWrongCodeDeletesNobody(Scene scene)
    {
        var a = await scene.Newcomer();
        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = a.Account.OpenUserId })).Done();

        Expect.NotEqual("ok", (await a.Ask("RequestDeleteUserConfirmation", new { code = KnownCodes.Wrong(await a.Code()) })).Status);
        (await a.Ask("GetBlackList", new { userId = (string?)null })).Done();
    }

    private static async Task WhoComesBackStartsWithNothing(Scene scene)
    {
        var a = await scene.Newcomer();
        (await a.Ask("UpdateParam", new { name = "n", value = "v" })).Done();
        (await a.Ask("RequestDeleteUser", new { openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = await a.Code() })).Done();
        await a.Line.Closing();

        var again = await scene.Newcomer(a.Account);

        Expect.Empty((await again.Ask("GetParams", new { userId = again.UserId })).Done().Items("params"));
        Expect.Empty((await again.Ask("RequestGetConversationsFull", new { userId = again.UserId })).Done().Items("conversations"));
    }
}
