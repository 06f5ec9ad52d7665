using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Session keys: each member's own copy, re-keying, and whose public keys changed since.</summary>
public class SessionKeyTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Each_member_gets_the_copy_that_was_wrapped_for_them()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);

        var mine = await Key(a, talk, talk.Key);
        var theirs = await Key(b, talk, talk.Key);

        Assert.Equal((a.UserId, b.UserId), (mine.Text("userId"), theirs.Text("userId")));
        Assert.NotEqual(mine.Text("keyEncryptedBase64"), theirs.Text("keyEncryptedBase64"));
        Assert.Equal(mine.Text("signatureBase64"), theirs.Text("signatureBase64"));
        Assert.Equal(a.UserId, theirs.Text("signerUserId"));
        Assert.Equal(theirs.Text("keyEncryptedBase64"), (await b.Conversation(talk)).GetProperty("sessionKey").Text("keyEncryptedBase64"));
    }

    [Fact]
    public async Task Re_keying_makes_a_new_current_key_and_the_older_stays_readable()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b, c);
        var forMe = Opaque.Key(a.UserId, a.UserId);

        var uuid = (await a.Ask("RequestAddNewSessionKeys", new
        {
            conversationUuid = talk.Uuid,
            sessionKeys = new[] { forMe, Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId) },
        })).Done().Text("sessionKeyUuid")!;

        var told = (await b.Notified("NotificationNewSessionKey")).Payload.GetProperty("sessionKey");
        Assert.Equal((uuid, b.UserId), (told.Text("uuid"), told.Text("userId")));
        await c.HearEvent(talk, "SessionKeyRegenerated");
        Assert.Empty(c.Line.Inbox.Left("NotificationNewSessionKey"));
        Assert.Equal(uuid, (await c.Conversation(talk)).GetProperty("conversation").Text("sessionKeyUuid"));
        Assert.True((await c.Conversation(talk)).IsNull("sessionKey"));
        (await c.Ask("RequestGetSessionKey", new { conversationUuid = talk.Uuid, sessionKeyUuid = uuid })).Refused("not_found");
        await Key(c, talk, talk.Key);
        var first = System.Text.Json.JsonSerializer.SerializeToElement(forMe);
        Assert.Equal(first.Text("keyEncryptedBase64"), (await Key(a, talk, uuid)).Text("keyEncryptedBase64"));
    }

    [Fact]
    public async Task Re_keying_for_who_is_no_member_is_a_bad_request_and_changes_nothing()
    {
        var (a, b, stranger) = await Three();
        var talk = await a.Group(b);

        (await b.Ask("RequestAddNewSessionKeys", new
        {
            conversationUuid = talk.Uuid,
            sessionKeys = new[] { Opaque.Key(b.UserId, b.UserId), Opaque.Key(b.UserId, stranger.UserId) },
        })).Refused("bad_request");

        Assert.Equal(talk.Key, (await a.Conversation(talk)).GetProperty("conversation").Text("sessionKeyUuid"));
    }

    [Fact]
    public async Task Any_member_may_re_key()
    {
        var (a, b) = await Two();
        var talk = await a.Group(b);

        (await b.Ask("RequestAddNewSessionKeys", new { conversationUuid = talk.Uuid, sessionKeys = new[] { Opaque.Key(b.UserId, b.UserId) } })).Done();
    }

    [Fact]
    public async Task Public_keys_that_changed_since_the_current_key_are_told_until_it_is_replaced()
    {
        var (a, b) = await Two();
        var talk = await a.Dialog(b);
        Assert.Empty((await a.Do("RequestGetUpdatedPublicKeys", talk)).Done().GetProperty("publicKeys").EnumerateObject());

        await b.AddKeys();
        await a.Notified("NotificationNewPublicKey");

        var key = (await a.Do("RequestGetUpdatedPublicKeys", talk)).Done().GetProperty("publicKeys").EnumerateObject().Single();
        Assert.Equal(b.UserId, key.Name);
        (await a.Ask("RequestAddNewSessionKeys", new { conversationUuid = talk.Uuid, sessionKeys = new[] { Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId) } })).Done();
        Assert.Empty((await a.Do("RequestGetUpdatedPublicKeys", talk)).Done().GetProperty("publicKeys").EnumerateObject());
    }

    private static async Task<System.Text.Json.JsonElement> Key(Phone phone, Talk talk, string sessionKeyUuid) =>
        (await phone.Ask("RequestGetSessionKey", new { conversationUuid = talk.Uuid, sessionKeyUuid })).Done().GetProperty("sessionKey");
}
