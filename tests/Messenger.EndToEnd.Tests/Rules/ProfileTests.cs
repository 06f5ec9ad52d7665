using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Keys, nicks, parameters, and what one person may know of another.</summary>
public class ProfileTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Who_is_not_registered_is_described_like_everybody_else()
    {
        var a = await Person();
        var nobody = Account.New().UserId;

        var user = (await a.Ask("RequestGetUserInfo", new { userId = nobody })).Done().GetProperty("user");

        Assert.Equal(nobody, user.Text("userId"));
        foreach (var name in new[] { "publicKeyBase64", "privateKeyEncryptedBase64", "nick", "metaDataKeyEncryptedBase64", "keyPairUuid" })
        {
            Assert.True(user.IsNull(name), name);
        }

        var times = new[] { "created", "lastLogin", "avatarUpdated", "keysUpdated" }.Select(name => user.Number(name)).ToList();
        Assert.Single(times.Distinct());
        Assert.InRange(times[0], DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddMinutes(2).ToUnixTimeMilliseconds());
        Assert.False(user.Flag("blocked"));
    }

    [Fact]
    public async Task The_private_key_is_given_to_its_owner_only()
    {
        var (a, b) = await Two();

        var own = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        var seen = (await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");

        Assert.False(own.IsNull("privateKeyEncryptedBase64"));
        Assert.True(seen.IsNull("privateKeyEncryptedBase64"));
        Assert.Equal(own.Text("publicKeyBase64"), seen.Text("publicKeyBase64"));
        Assert.Equal(own.Text("keyPairUuid"), seen.Text("keyPairUuid"));
    }

    [Fact]
    public async Task Many_users_come_in_the_order_asked_and_at_most_500()
    {
        var (a, b) = await Two();
        string[] ids = [Account.New().UserId, b.UserId, a.UserId];

        var users = (await a.Ask("RequestGetUserInfoMulti", new { userIds = ids })).Done().Items("users");

        Assert.Equal(ids, users.Select(user => user.Text("userId")));
        (await a.Ask("RequestGetUserInfoMulti", new { userIds = Enumerable.Repeat(a.UserId, 501) })).Refused("bad_request");
    }

    [Fact]
    public async Task New_keys_are_a_new_pair_and_everybody_who_shares_a_conversation_is_told()
    {
        var (a, b, stranger) = await Three();
        await a.Dialog(b);
        var before = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");

        await a.AddKeys();

        var after = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        Assert.NotEqual(before.Text("keyPairUuid"), after.Text("keyPairUuid"));
        Assert.True(after.Number("keysUpdated") >= before.Number("keysUpdated"));
        var told = await b.Notified("NotificationNewPublicKey");
        Assert.Equal(a.UserId, told.Payload.Text("userId"));
        Assert.Equal(after.Text("publicKeyBase64"), told.Payload.Text("keyBase64"));
        Assert.True(told.Payload.IsNull("conversationUuid"));
        (await stranger.Ask("RequestPing", new { clientVersion = "1", when = 1 })).Done();
        Assert.Empty(stranger.Line.Inbox.Left("NotificationNewPublicKey"));
    }

    [Fact]
    public async Task Re_wrapped_keys_apply_together_once_confirmed_and_keep_the_pair()
    {
        var a = await Person();
        var before = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        var change = new { androidSmsToken = "p1VSyoHQY8a", metaDataKeyEncryptedBase64 = "new meta", nick = "new nick", openUserId = a.Account.OpenUserId, privateKeyEncryptedBase64 = "new private" };

        (await a.Ask("RequestUpdateUserKeys", change)).Done();
        Assert.Equal(before.GetRawText(), (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user").GetRawText());
        Assert.NotEqual("ok", (await a.Ask("RequestConfirmUpdateUserKeys", new { smsCode = "111111" })).Status);
        (await a.Ask("RequestConfirmUpdateUserKeys", new { smsCode = ServerSettings.Code })).Done();

        var after = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        Assert.Equal("new private", after.Text("privateKeyEncryptedBase64"));
        Assert.Equal("new meta", after.Text("metaDataKeyEncryptedBase64"));
        Assert.Equal("new nick", after.Text("nick"));
        Assert.Equal(before.Text("publicKeyBase64"), after.Text("publicKeyBase64"));
        Assert.Equal(before.Text("keyPairUuid"), after.Text("keyPairUuid"));
    }

    [Fact]
    public async Task Params_are_the_actors_own_and_bounded()
    {
        var (a, b) = await Two();
        (await a.Ask("UpdateParam", new { name = "one", value = "1" })).Done();
        (await a.Ask("UpdateParam", new { name = "one", value = "2" })).Done();

        var item = (await a.Ask("GetParams", new { userId = (string?)null })).Done().Items("params").Single();

        Assert.Equal(("one", "2", a.UserId), (item.Text("name"), item.Text("value"), item.Text("userId")));
        (await a.Ask("GetParams", new { userId = b.UserId })).Refused("forbidden");
        (await a.Ask("UpdateParam", new { name = "big", value = new string('a', 65_537) })).Refused("bad_request");
        for (var i = 1; i < 64; i++)
        {
            (await a.Ask("UpdateParam", new { name = $"n{i}", value = string.Empty })).Done();
        }

        Assert.NotEqual("ok", (await a.Ask("UpdateParam", new { name = "the 65th", value = "1" })).Status);
        (await a.Ask("UpdateParam", new { name = "one", value = "3" })).Done();
    }

    [Fact]
    public async Task A_nick_is_seen_by_others()
    {
        var (a, b) = await Two();

        (await a.Ask("RequestUpdateUserNick", new { nick = "a nick" })).Done();

        Assert.Equal("a nick", (await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user").Text("nick"));
    }
}
