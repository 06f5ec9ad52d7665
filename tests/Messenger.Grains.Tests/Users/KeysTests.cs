using Messenger.Contracts;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

[Collection(UserTests.Name)]
public sealed class KeysTests(UserSilo house)
{
    private static RequestUpdateUserKeys Rewrapped(Person person, string generation = "2") =>
        new(null, $"meta {generation}", $"nick {generation}", person.Phone, $"private {generation}");

    private static async Task<Result> Confirms(Person person, string code) =>
        await person.Grain.ConfirmUpdateKeys(person.Me, new RequestConfirmUpdateUserKeys(code));

    [Fact]
    public async Task A_new_key_is_told_to_everyone_who_shares_a_conversation()
    {
        var (person, friend, member, stranger) = (await house.Person(), await house.Person(), await house.Person("one", "two"), await house.Person());
        await house.Conversation(dialog: true, person, friend);
        await house.Conversation(dialog: false, person, friend, member);
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        await person.AddKeys();
        foreach (var device in new[] { friend.Device("first"), member.Device("one"), member.Device("two") })
        {
            var heard = await device.Hears<NotificationNewPublicKey>();
            Assert.Equal((person.UserId, "public 1"), (heard.GetProperty("userId").GetString(), heard.GetProperty("keyBase64").GetString()));
            Assert.Equal(System.Text.Json.JsonValueKind.Null, heard.GetProperty("conversationUuid").ValueKind);
            Assert.True(device.HeardNothing);
        }

        Assert.True(stranger.Device("first").HeardNothing);
        Assert.Equal(house.Silo.Now, (await person.Sees(person)).KeysUpdated);
    }

    [Fact]
    public async Task A_new_key_is_told_to_the_persons_other_devices_and_not_to_the_one_that_made_it()
    {
        var person = await house.Person("one", "two");
        await person.AddKeys();
        Assert.Equal(person.UserId, (await person.Device("two").Hears<NotificationNewPublicKey>()).GetProperty("userId").GetString());
        Assert.True(person.Device("one").HeardNothing);
    }

    [Fact]
    public async Task The_other_devices_hear_which_section_of_the_account_changed()
    {
        var person = await house.Person("one", "two");
        await person.AddKeys();
        Assert.Null((await person.Grain.UpdateParam(person.Me, new UpdateParam("name", "value"))).Error);
        Assert.Equal(
            ["""{"what":["keys"]}""", """{"what":["params"]}"""],
            person.Device("two").OfFeatures.Select(told => System.Text.Encoding.UTF8.GetString(told.Payload)));
        Assert.Empty(person.Device("one").OfFeatures);

        // What was refused changed nothing.
        Assert.NotNull((await person.Grain.AddBlackList(person.Me, new AddBlackList(person.UserId))).Error);
        Assert.Equal(2, person.Device("two").OfFeatures.Count);
    }

    [Fact]
    public async Task The_same_keys_again_are_a_retry()
    {
        var (person, friend) = (await house.Person(), await house.Person());
        await house.Conversation(dialog: true, person, friend);
        await person.AddKeys();
        await friend.Device("first").Hears<NotificationNewPublicKey>();
        var before = await person.Sees(person);
        await person.AddKeys();
        Assert.Equal(before, await person.Sees(person));
        await person.AddKeys("2");
        Assert.Equal("public 2", (await friend.Device("first").Hears<NotificationNewPublicKey>()).GetProperty("keyBase64").GetString());
        Assert.NotEqual(before.KeyPairUuid, (await person.Sees(person)).KeyPairUuid);
    }

    [Fact]
    public async Task What_may_not_have_been_told_is_doubted()
    {
        var (person, friend) = (await house.Person(), await house.Person());
        await house.Conversation(dialog: true, person, friend);
        await house.FailsWithoutLog(() => person.AddKeys());
        await person.AddKeys();
        await friend.Device("first").Resyncs();
        Assert.True(friend.Device("first").HeardNothing);
    }

    [Fact]
    public async Task The_next_activation_doubts_what_the_last_did_not_tell()
    {
        var (person, friend) = (await house.Person(), await house.Person());
        await house.Conversation(dialog: true, person, friend);
        await house.FailsWithoutLog(() => person.AddKeys());
        await house.Silo.Deactivate(person.Grain);
        await person.Sees(person);
        await friend.Device("first").Resyncs();
    }

    [Fact]
    public async Task What_was_told_is_doubted_by_no_later_activation()
    {
        var (person, friend) = (await house.Person(), await house.Person());
        await house.Conversation(dialog: true, person, friend);
        await person.AddKeys();
        await friend.Device("first").Hears<NotificationNewPublicKey>();
        await house.Silo.Deactivate(person.Grain);
        var again = await person.Grain.AddKeys(person.Me, Person.Keys("2"));
        Assert.Equal(Result.Ok, again);
        await friend.Device("first").Hears<NotificationNewPublicKey>();
    }

    [Fact]
    public async Task Rewrapped_keys_are_applied_together_once_the_code_is_right()
    {
        var person = await house.Person();
        await person.AddKeys();
        var before = await person.Sees(person);
        Assert.Equal(Result.Ok, await person.Grain.UpdateKeys(person.Me, Rewrapped(person)));
        Assert.Equal(before, await person.Sees(person));
        Assert.Equal(Statuses.Forbidden, (await Confirms(person, "x")).Error?.Status);
        Assert.Equal(before, await person.Sees(person));
        await house.Silo.Deactivate(person.Grain);
        Assert.Equal(Result.Ok, await Confirms(person, person.LastCode));
        var after = before with { PrivateKeyEncryptedBase64 = "private 2", MetaDataKeyEncryptedBase64 = "meta 2", Nick = "nick 2" };
        Assert.Equal(after, await person.Sees(person));
    }

    [Fact]
    public async Task A_confirmation_can_be_repeated()
    {
        var person = await house.Person();
        await person.AddKeys();
        await person.Grain.UpdateKeys(person.Me, Rewrapped(person));
        Assert.Equal(Result.Ok, await Confirms(person, person.LastCode));
        await person.Grain.UpdateNick(person.Me, new RequestUpdateUserNick("newer"));
        Assert.Equal(Result.Ok, await Confirms(person, person.LastCode));
        Assert.Equal("newer", (await person.Sees(person)).Nick);
    }

    [Fact]
    public async Task New_keys_drop_what_waited_for_the_old_ones()
    {
        var person = await house.Person();
        await person.AddKeys();
        await person.Grain.UpdateKeys(person.Me, Rewrapped(person));
        await person.AddKeys("3");
        Assert.Equal(Statuses.Conflict, (await Confirms(person, person.LastCode)).Error?.Status);
        Assert.Equal("private 3", (await person.Sees(person)).PrivateKeyEncryptedBase64);
    }

    [Fact]
    public async Task Who_has_no_keys_or_another_phone_cannot_rewrap()
    {
        var person = await house.Person();
        Assert.Equal(Statuses.Conflict, (await person.Grain.UpdateKeys(person.Me, Rewrapped(person))).Error?.Status);
        await person.AddKeys();
        Assert.Equal(Statuses.BadRequest, (await person.Grain.UpdateKeys(person.Me, Rewrapped(house.Stranger()))).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await Confirms(person, "123456")).Error?.Status);
    }
}
