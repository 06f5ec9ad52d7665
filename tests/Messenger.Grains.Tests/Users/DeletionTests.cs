using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

[Collection(UserTests.Name)]
public sealed class DeletionTests(UserSilo house)
{
    private static async Task AsksForCode(Person person) =>
        Assert.Equal(Result.Ok, await person.Grain.DeleteUser(person.Me, new RequestDeleteUser(null, person.Phone)));

    private static async Task<Result> Confirms(Person person, string? code = null) =>
        await person.Grain.ConfirmDeleteUser(person.Me, new RequestDeleteUserConfirmation(code ?? person.LastCode));

    [Fact]
    public async Task A_deleted_user_is_gone_everywhere()
    {
        var (person, one, two) = (await house.Person("one", "two"), await house.Person(), await house.Person());
        await person.AddKeys();
        await person.Grain.AddBlackList(person.Me, new AddBlackList(house.Stranger().UserId));
        await person.Grain.UpdateParam(person.Me, new UpdateParam("name", "value"));
        await person.Grain.UpdateContact(person.Me, new UpdateContact(new Contact(one.UserId, null, null, null), null));
        await person.Device("two").Hears<NotificationNewPublicKey>();
        await person.Device("two").Hears<UpdateContactNotification>();
        await house.Conversation(dialog: true, person, one);
        await house.Conversation(dialog: false, two, person, one);
        await AsksForCode(person);
        Assert.Equal(Result.Ok, await Confirms(person));

        Assert.Empty(await house.Silo.Log.ConversationsOf(person.UserId));
        await one.Device("first").Hears<NotificationConversationLeaved>();
        await two.Device("first").Hears<NotificationConversationLeaved>();
        Assert.Null(await house.Silo.Users.Find(person.UserId));
        Assert.Empty(await house.Silo.Users.BlackListOf(person.UserId));
        Assert.Null((await one.Sees(person)).PublicKeyBase64);
        Assert.Equal(CloseCode.Deleted, await person.Device("two").Closes());
        Assert.True(person.Device("one").IsOpen);
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate("one")).Error?.Status);
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.AddKeys(person.Me, Person.Keys("2"))).Error?.Status);
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CloseCode.Deleted, await person.Device("one").Closes());
    }

    [Fact]
    public async Task Who_comes_again_comes_anew()
    {
        var person = await house.Person("one");
        await person.Grain.UpdateParam(person.Me, new UpdateParam("name", "value"));
        await person.Grain.UpdateContact(person.Me, new UpdateContact(new Contact(person.UserId, null, null, null), null));
        await AsksForCode(person);
        await Confirms(person);
        await person.Confirm("one");
        Assert.Equal(CloseCode.Deleted, await person.Device("one").Closes());
        Assert.Null((await person.Grain.Authenticate("one")).Error);
        Assert.Empty((await person.Grain.GetParams(person.Me, new GetParams(null))).Value!.Items);
        Assert.Empty((await person.Grain.GetContactList(person.Me, new RequestGetContactList(null))).Value!.Users);
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null((await person.Grain.Authenticate("one")).Error);
        Assert.True(person.Device("one").IsOpen);
    }

    [Fact]
    public async Task A_deletion_that_was_interrupted_goes_on_with_a_retry()
    {
        var (person, other) = (await house.Person(), await house.Person());
        await house.Conversation(dialog: true, person, other);
        await house.Conversation(dialog: false, person, other);
        await AsksForCode(person);
        house.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Confirms(person));
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate("first")).Error?.Status);
        Assert.Equal(Result.Ok, await Confirms(person));
        Assert.Empty(await house.Silo.Log.ConversationsOf(person.UserId));
        Assert.Null(await house.Silo.Users.Find(person.UserId));
    }

    [Fact]
    public async Task A_deletion_that_was_interrupted_goes_on_with_the_next_activation()
    {
        var (person, other) = (await house.Person(), await house.Person());
        await house.Conversation(dialog: false, other, person);
        await AsksForCode(person);
        house.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Confirms(person));
        await house.Silo.Deactivate(person.Grain);
        await person.Grain.Authenticate("first");
        Assert.Equal(CloseCode.Deleted, await person.Device("first").Closes());
        Assert.Empty(await house.Silo.Log.ConversationsOf(person.UserId));
        Assert.Null(await house.Silo.Users.Find(person.UserId));
    }

    [Fact]
    public async Task A_wrong_code_or_phone_deletes_nobody()
    {
        var person = await house.Person();
        Assert.Equal(Statuses.Forbidden, (await Confirms(person, "123456")).Error?.Status);
        var foreign = new RequestDeleteUser(null, house.Stranger().Phone);
        Assert.Equal(Statuses.BadRequest, (await person.Grain.DeleteUser(person.Me, foreign)).Error?.Status);
        await AsksForCode(person);
        Assert.Equal(Statuses.Forbidden, (await Confirms(person, "x")).Error?.Status);
        Assert.NotNull(await house.Silo.Users.Find(person.UserId));
        Assert.Null((await person.Grain.Authenticate("first")).Error);
    }

    [Fact]
    public async Task A_code_for_other_keys_deletes_nobody()
    {
        var person = await house.Person();
        await person.AddKeys();
        await person.Grain.UpdateKeys(person.Me, new RequestUpdateUserKeys(null, "meta", null, person.Phone, "private"));
        Assert.Equal(Statuses.Forbidden, (await Confirms(person)).Error?.Status);
    }
}
