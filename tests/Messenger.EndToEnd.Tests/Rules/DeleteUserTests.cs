using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Deleting a person for good.</summary>
public class DeleteUserTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task A_deleted_user_leaves_every_conversation_and_is_no_longer_registered()
    {
        var (a, b) = await Two();
        var second = await Second(a);
        var group = await b.Group(a);
        await a.Say(group);

        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = b.Account.OpenUserId })).Refused("bad_request");
        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = ServerSettings.Code })).Done();

        Assert.Equal(4003, await a.Line.Closing());
        Assert.Equal(4003, await second.Line.Closing());
        Assert.Equal(a.UserId, (await b.HearEvent(group, "Leaved")).Text("eventUserId"));
        await a.Connect(Server.WebSocket);
        (await a.Authenticate()).Refused("unauthenticated");
        Assert.Empty((await b.Ask("RequestGetRegisteredUsers", new { checkUserList = new[] { a.UserId } })).Done().Texts("users"));
        var info = (await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        Assert.True(info.IsNull("publicKeyBase64"));
        Assert.Contains(await b.Log(group), message => message.Text("userId") == a.UserId && !message.Flag("isEvent"));
    }

    [Fact]
    public async Task A_wrong_code_deletes_nobody()
    {
        var a = await Person();
        (await a.Ask("RequestDeleteUser", new { androidSmsToken = (string?)null, openUserId = a.Account.OpenUserId })).Done();

        Assert.NotEqual("ok", (await a.Ask("RequestDeleteUserConfirmation", new { code = "111111" })).Status);
        (await a.Ask("GetBlackList", new { userId = (string?)null })).Done();
    }

    [Fact]
    public async Task Who_comes_back_starts_with_nothing()
    {
        var a = await Person();
        (await a.Ask("UpdateParam", new { name = "n", value = "v" })).Done();
        (await a.Ask("RequestDeleteUser", new { openUserId = a.Account.OpenUserId })).Done();
        (await a.Ask("RequestDeleteUserConfirmation", new { code = ServerSettings.Code })).Done();
        await a.Line.Closing();

        var again = Keep(await Phone.Join(Server.WebSocket, a.Account));

        Assert.Empty((await again.Ask("GetParams", new { userId = again.UserId })).Done().Items("params"));
        Assert.Empty((await again.Ask("RequestGetConversationsFull", new { userId = again.UserId })).Done().Items("conversations"));
    }
}
