using Messenger.Contracts;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Users;

[Collection(UserTests.Name)]
public sealed class BlackListTests(UserSilo house)
{
    private static async Task<string[]> List(Person person) => (await person.Grain.GetBlackList(person.Me, new GetBlackList(null))).Value!.Users;

    private async Task<Error?> Sends(Person from, Guid conversation)
    {
        var grain = house.Silo.Grains.GetGrain<IConversationGrain>(conversation);
        var key = (await grain.Get(from.Me, new RequestGetConversationFull(conversation.ToString(), null))).Value!.Conversation.SessionKeyUuid;
        var message = new RequestAddMessage("Ym9keQ==", conversation.ToString(), false, "aXY=", Guid.NewGuid().ToString(), null, key);
        return (await grain.AddMessages(from.Me, new[] { message }.AsImmutable()))[0].Error;
    }

    [Fact]
    public async Task A_blacklist_is_idempotent_and_oldest_first()
    {
        var (person, one, two) = (await house.Person(), await house.Person(), house.Stranger());
        foreach (var blocked in new[] { two, one, two })
        {
            Assert.Equal(Result.Ok, await person.Grain.AddBlackList(person.Me, new AddBlackList(blocked.UserId)));
        }

        await house.Silo.Deactivate(person.Grain);
        Assert.Equal([two.UserId, one.UserId], await List(person));
        Assert.Equal(Result.Ok, await person.Grain.RemoveBlackList(person.Me, new RemoveBlackList(two.UserId)));
        Assert.Equal(Result.Ok, await person.Grain.RemoveBlackList(person.Me, new RemoveBlackList(two.UserId)));
        Assert.Equal([one.UserId], await List(person));
    }

    [Fact]
    public async Task With_the_answer_the_dialog_knows()
    {
        var (person, other) = (await house.Person(), await house.Person());
        var dialog = await house.Conversation(dialog: true, person, other);
        Assert.Null(await Sends(other, dialog));
        await person.Grain.AddBlackList(person.Me, new AddBlackList(other.UserId));
        Assert.Equal(Statuses.Forbidden, (await Sends(other, dialog))?.Status);
        await person.Grain.RemoveBlackList(person.Me, new RemoveBlackList(other.UserId));
        Assert.Null(await Sends(other, dialog));
    }

    [Fact]
    public async Task A_retry_tells_the_dialogs_that_could_not_be_told()
    {
        var (person, other) = (await house.Person(), await house.Person());
        var dialog = await house.Conversation(dialog: true, person, other);
        await house.FailsWithoutLog(() => person.Grain.AddBlackList(person.Me, new AddBlackList(other.UserId)));
        Assert.Equal([other.UserId], await List(person));
        Assert.Equal(Result.Ok, await person.Grain.AddBlackList(person.Me, new AddBlackList(other.UserId)));
        Assert.Equal(Statuses.Forbidden, (await Sends(other, dialog))?.Status);
    }

    [Fact]
    public async Task Nobody_blacklists_themselves_or_reads_anothers()
    {
        var person = await house.Person();
        Assert.Equal(Statuses.BadRequest, (await person.Grain.AddBlackList(person.Me, new AddBlackList(person.UserId))).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await person.Grain.GetBlackList(person.Me, new GetBlackList(house.Stranger().UserId))).Error?.Status);
    }
}
