using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Keys, nicks, parameters, and what one person may know of another.</summary>
internal static class ProfileChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Who is not registered is described like everybody else", ["PRO-4", "FMT-4"], WhoIsNotRegisteredIsDescribedLikeEverybodyElse),
        new("The private key is given to its owner only", ["PRO-3"], ThePrivateKeyIsGivenToItsOwnerOnly),
        new("Many users come in the order asked and at most 500", ["PRO-4"], ManyUsersComeInTheOrderAskedAndAtMost500),
        new("New keys are a new pair and everybody who shares a conversation is told", ["PRO-1"], NewKeysAreANewPairAndEverybodyWhoSharesAConversationIsTold),
        new("Re-wrapped keys apply together once confirmed and keep the pair", ["PRO-2"], ReWrappedKeysApplyTogetherOnceConfirmedAndKeepThePair),
        new("Params are the actor's own and bounded", ["PRO-6", "FMT-6"], ParamsAreTheActorsOwnAndBounded),
        new("A nick is seen by others", ["FMT-5"], ANickIsSeenByOthers),
    ];

    private static async Task WhoIsNotRegisteredIsDescribedLikeEverybodyElse(CheckFixture fixture)
    {
        var a = await fixture.Person();
        var nobody = fixture.Nobody().UserId;

        var user = (await a.Ask("RequestGetUserInfo", new { userId = nobody })).Done().GetProperty("user");

        Expect.Equal(nobody, user.Text("userId"));
        foreach (var name in new[] { "publicKeyBase64", "privateKeyEncryptedBase64", "nick", "metaDataKeyEncryptedBase64", "keyPairUuid" })
        {
            Expect.True(user.IsNull(name), name);
        }

        var times = new[] { "created", "lastLogin", "avatarUpdated", "keysUpdated" }.Select(name => user.Number(name)).ToList();
        Expect.Single(times.Distinct());
        Expect.InRange(times[0], DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds());
        Expect.False(user.Flag("blocked"));
    }

    private static async Task ThePrivateKeyIsGivenToItsOwnerOnly(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();

        var own = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        var seen = (await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");

        Expect.False(own.IsNull("privateKeyEncryptedBase64"));
        Expect.True(seen.IsNull("privateKeyEncryptedBase64"));
        Expect.Equal(own.Text("publicKeyBase64"), seen.Text("publicKeyBase64"));
        Expect.Equal(own.Text("keyPairUuid"), seen.Text("keyPairUuid"));
    }

    private static async Task ManyUsersComeInTheOrderAskedAndAtMost500(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        string[] ids = [fixture.Nobody().UserId, b.UserId, a.UserId];

        var users = (await a.Ask("RequestGetUserInfoMulti", new { userIds = ids })).Done().Items("users");

        Expect.Equal(ids, users.Select(user => user.Text("userId")));
        (await a.Ask("RequestGetUserInfoMulti", new { userIds = Enumerable.Repeat(a.UserId, 501) })).Refused("bad_request");
    }

    private static async Task NewKeysAreANewPairAndEverybodyWhoSharesAConversationIsTold(CheckFixture fixture)
    {
        var (a, b, stranger) = await fixture.Three();
        await a.Dialog(b);
        var before = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");

        await a.AddKeys();

        var after = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        Expect.NotEqual(before.Text("keyPairUuid"), after.Text("keyPairUuid"));
        Expect.True(after.Number("keysUpdated") >= before.Number("keysUpdated"));
        var told = await b.Notified("NotificationNewPublicKey", notified => notified.Payload.Text("keyBase64") == after.Text("publicKeyBase64"));
        Expect.Equal(a.UserId, told.Payload.Text("userId"));
        Expect.Equal(after.Text("publicKeyBase64"), told.Payload.Text("keyBase64"));
        Expect.True(told.Payload.IsNull("conversationUuid"));
        (await stranger.Ask("RequestPing", new { clientVersion = "1", when = 1 })).Done();
        Expect.DoesNotContain(stranger.Connection.Inbox.Left("NotificationNewPublicKey"), told => told.Payload.Text("userId") == a.UserId);
    }

    private static async Task ReWrappedKeysApplyTogetherOnceConfirmedAndKeepThePair(CheckFixture fixture)
    {
        var a = await fixture.Person();
        var before = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        var change = new { androidSmsToken = "p1VSyoHQY8a", metaDataKeyEncryptedBase64 = "new meta", nick = "new nick", openUserId = a.Account.OpenUserId, privateKeyEncryptedBase64 = "new private" };

        (await a.Ask("RequestUpdateUserKeys", change)).Done();
        Expect.Equal(before.GetRawText(), (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user").GetRawText());
        (await a.Ask("RequestConfirmUpdateUserKeys", new { smsCode = KnownCodes.Wrong(await a.Code()) })).Refused("forbidden");
        (await a.Ask("RequestConfirmUpdateUserKeys", new { smsCode = await a.Code() })).Done();

        var after = (await a.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user");
        Expect.Equal("new private", after.Text("privateKeyEncryptedBase64"));
        Expect.Equal("new meta", after.Text("metaDataKeyEncryptedBase64"));
        Expect.Equal("new nick", after.Text("nick"));
        Expect.Equal(before.Text("publicKeyBase64"), after.Text("publicKeyBase64"));
        Expect.Equal(before.Text("keyPairUuid"), after.Text("keyPairUuid"));
    }

    private static async Task ParamsAreTheActorsOwnAndBounded(CheckFixture fixture)
    {
        var (a, b) = (await fixture.Newcomer(), await fixture.Person());
        (await a.Ask("UpdateParam", new { name = "one", value = "1" })).Done();
        (await a.Ask("UpdateParam", new { name = "one", value = "2" })).Done();

        var item = (await a.Ask("GetParams", new { userId = (string?)null })).Done().Items("params").Single();

        Expect.Equal(("one", "2", a.UserId), (item.Text("name"), item.Text("value"), item.Text("userId")));
        (await a.Ask("GetParams", new { userId = b.UserId })).Refused("forbidden");
        (await a.Ask("UpdateParam", new { name = "big", value = new string('a', 65_537) })).Refused("bad_request");
        for (var i = 1; i < 64; i++)
        {
            (await a.Ask("UpdateParam", new { name = $"n{i}", value = string.Empty })).Done();
        }

        (await a.Ask("UpdateParam", new { name = "the 65th", value = "1" })).Refused("bad_request");
        (await a.Ask("UpdateParam", new { name = "one", value = "3" })).Done();
    }

    private static async Task ANickIsSeenByOthers(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();

        (await a.Ask("RequestUpdateUserNick", new { nick = "a nick" })).Done();

        Expect.Equal("a nick", (await b.Ask("RequestGetUserInfo", new { userId = a.UserId })).Done().GetProperty("user").Text("nick"));
    }
}
