using Messenger.Ports;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

[Collection(UserTests.Name)]
public sealed class ProfileTests(UserSilo house)
{
    [Fact]
    public async Task A_change_that_rests_on_another_version_is_a_conflict_and_a_repeat_is_none()
    {
        var person = await house.Person("one");
        var named = person.Me with { Features = Features.Account };
        async Task<long?> Version() => (await person.Grain.GetParams(named, new GetParams(null))).Value!.Version;

        Assert.Equal(0, await Version());
        Assert.Equal(Result.Ok, await person.Grain.UpdateParam(person.Me, new UpdateParam("name", "value", IfVersion: 0)));
        Assert.Equal(1, await Version());
        Assert.Equal(Statuses.Conflict, (await person.Grain.UpdateParam(person.Me, new UpdateParam("name", "other", IfVersion: 0))).Error?.Status);
        Assert.Equal(Result.Ok, await person.Grain.UpdateParam(person.Me, new UpdateParam("name", "value", IfVersion: 0)));
        Assert.Equal(1, await Version());
        Assert.Null((await person.Grain.GetParams(person.Me, new GetParams(null))).Value!.Version);

        var contact = new Contact(person.UserId, null, null, null);
        Assert.Equal(Result.Ok, await person.Grain.UpdateContact(person.Me, new UpdateContact(contact, null, IfVersion: 0)));
        Assert.Equal(Statuses.Conflict, (await person.Grain.UpdateContactList(person.Me, new RequestUpdateContactList([], Merge: false, IfVersion: 0))).Error?.Status);
        Assert.Equal(1, (await person.Grain.GetContactList(named, new RequestGetContactList(null))).Value!.Version);
    }

    [Fact]
    public async Task Who_is_not_registered_is_described_too()
    {
        var (person, stranger) = (await house.Person(), house.Stranger());
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        var now = house.Silo.Now;
        Assert.Equal(new UserInfo(stranger.UserId, null, null, now, now, null, now, now, false, null, null), await person.Sees(stranger));
    }

    [Fact]
    public async Task Private_key_and_metadata_key_are_given_to_their_owner_alone()
    {
        var (person, other) = (await house.Person(), await house.Person());
        await person.AddKeys();
        var own = await person.Sees(person);
        Assert.Equal(("public 1", "private 1", "meta 1", "nick 1"), (own.PublicKeyBase64, own.PrivateKeyEncryptedBase64, own.MetaDataKeyEncryptedBase64, own.Nick));
        Assert.True(Guid.TryParse(own.KeyPairUuid, out _));
        Assert.Equal(own with { PrivateKeyEncryptedBase64 = null, MetaDataKeyEncryptedBase64 = null }, await other.Sees(person));
    }

    [Fact]
    public async Task A_user_is_blocked_who_is_blacklisted_or_suspended()
    {
        var (person, other) = (await house.Person(), await house.Person());
        Assert.False((await person.Sees(other)).Blocked);
        await person.Grain.AddBlackList(person.Me, new AddBlackList(other.UserId));
        Assert.True((await person.Sees(other)).Blocked);
        Assert.False((await other.Sees(person)).Blocked);
        await house.Silo.Users.Put((await house.Silo.Users.Find(person.UserId))! with { Suspended = true });
        Assert.True((await other.Sees(person)).Blocked);
    }

    [Fact]
    public async Task Many_users_come_in_the_order_asked()
    {
        var (one, two, three) = (await house.Person(), house.Stranger(), await house.Person());
        string[] asked = [three.UserId, two.UserId, one.UserId, three.UserId];
        Assert.Equal(asked, (await one.Grain.GetUserInfoMulti(one.Me, new RequestGetUserInfoMulti(asked))).Value!.Users.Select(user => user.UserId));
        Assert.Empty((await one.Grain.GetUserInfoMulti(one.Me, new RequestGetUserInfoMulti([]))).Value!.Users);
    }

    [Fact]
    public async Task A_nick_is_kept_and_taken_away()
    {
        var person = await house.Person();
        await person.AddKeys();
        Assert.Equal(Result.Ok, await person.Grain.UpdateNick(person.Me, new RequestUpdateUserNick("new")));
        await house.Silo.Deactivate(person.Grain);
        Assert.Equal("new", (await person.Sees(person)).Nick);
        await person.Grain.UpdateNick(person.Me, new RequestUpdateUserNick(null));
        Assert.Null((await person.Sees(person)).Nick);
    }

    [Fact]
    public async Task Params_are_kept_and_bounded()
    {
        var person = await house.Person();
        for (var at = 0; at < Limits.Params; at++)
        {
            Assert.Equal(Result.Ok, await person.Grain.UpdateParam(person.Me, new UpdateParam($"name{at:00}", "value")));
        }

        Assert.Equal(Statuses.BadRequest, (await person.Grain.UpdateParam(person.Me, new UpdateParam("one more", "value"))).Error?.Status);
        Assert.Equal(Result.Ok, await person.Grain.UpdateParam(person.Me, new UpdateParam("name07", "other")));
        await house.Silo.Deactivate(person.Grain);
        var kept = (await person.Grain.GetParams(person.Me, new GetParams(null))).Value!.Items;
        Assert.Equal(Limits.Params, kept.Length);
        Assert.Equal(new Param(person.UserId, "name07", "other"), kept[7]);
        Assert.Equal(Statuses.Forbidden, (await person.Grain.GetParams(person.Me, new GetParams(house.Stranger().UserId))).Error?.Status);
    }

    [Fact]
    public async Task A_report_is_kept_once_and_does_not_tell_who_is_registered()
    {
        var (person, stranger) = (await house.Person(), house.Stranger());
        Assert.Equal(Result.Ok, await person.Grain.ReportUser(person.Me, new AddUserReport("spam", stranger.UserId)));
        Assert.Equal(Result.Ok, await person.Grain.ReportUser(person.Me, new AddUserReport("again", stranger.UserId)));
        var report = Assert.Single(house.Silo.Reports.All, report => report.ReporterId == person.UserId);
        Assert.Equal(("user", stranger.UserId, "spam"), (report.Kind, report.Subject, report.Reason));
    }

    [Fact]
    public async Task A_store_that_is_away_is_said_to_be_away()
    {
        var person = await house.Person();
        house.Silo.Users.Away = true;
        try
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => person.Sees(person));
        }
        finally
        {
            house.Silo.Users.Away = false;
        }
    }
}
