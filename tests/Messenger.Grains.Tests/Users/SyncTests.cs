using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Users;

[Collection(UserTests.Name)]
public sealed class SyncTests(UserSilo house)
{
    private static async Task<ResponseGetConversationsFull> Sync(Person person) =>
        (await person.Grain.GetConversations(person.Me, new RequestGetConversationsFull(null))).Value!;

    private async Task<string> Sends(Person from, Guid conversation)
    {
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        var grain = house.Silo.Grains.GetGrain<IConversationGrain>(conversation);
        var key = (await grain.Get(from.Me, new RequestGetConversationFull(conversation.ToString(), null))).Value!.Conversation.SessionKeyUuid;
        var uuid = Guid.NewGuid().ToString().ToUpperInvariant();
        var message = new RequestAddMessage("Ym9keQ==", conversation.ToString(), false, "aXY=", uuid, null, key);
        Assert.Null((await grain.AddMessages(from.Me, new[] { message }.AsImmutable()))[0].Error);
        return uuid;
    }

    [Fact]
    public async Task Who_is_in_no_conversation_gets_nothing()
    {
        var sync = await Sync(await house.Person());
        Assert.Empty(sync.Conversations);
        Assert.Empty(sync.Members);
    }

    [Fact]
    public async Task Everything_comes_in_one_answer_newest_first()
    {
        var (person, one, two) = (await house.Person(), await house.Person(), await house.Person());
        await one.AddKeys();
        var dialog = await house.Conversation(dialog: true, person, one);
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        var group = await house.Conversation(dialog: false, two, person, one);
        var first = await Sends(one, dialog);
        var last = await Sends(one, dialog);

        var sync = await Sync(person);
        Assert.Equal([(dialog.ToString(), true, 2), (group.ToString(), false, 0)], sync.Conversations.Select(found => (found.Uuid, found.Dialog!.Value, found.UnreadedCounter)));
        Assert.Equal(house.Silo.Now, sync.Conversations[0].LastMessage);
        Assert.Equal([first], sync.FirstUnreadMessageUuid);
        Assert.Equal([last, sync.LastMessages[1].Uuid], sync.LastMessages.Select(message => message.Uuid));
        Assert.Equal([false, true], sync.LastMessages.Select(message => message.Event!.Value));
        Assert.Equal(2, sync.LastMessages[0].Members);
        Assert.Equal([dialog.ToString(), group.ToString()], sync.SessionKeys.Select(key => key.ConversationUuid));
        Assert.All(sync.SessionKeys, key => Assert.Equal(person.UserId, key.UserId));
        Assert.Equal(new[] { person.UserId, one.UserId, two.UserId }.Order(), sync.Members.Select(member => member.UserId).Order());
        var member = sync.Members.Single(member => member.UserId == one.UserId);
        Assert.Equal((null, null, "meta 1", "nick 1"), (member.PublicKeyBase64, member.PrivateKeyEncryptedBase64, member.MetaDataKeyEncryptedBase64, member.Nick));
    }

    [Fact]
    public async Task Who_left_is_no_member()
    {
        var (person, one, two) = (await house.Person(), await house.Person(), await house.Person());
        var group = await house.Conversation(dialog: false, person, one, two);
        await house.Silo.Grains.GetGrain<IConversationGrain>(group).Leave(one.Me, new RequestLeaveConversation(group.ToString()));
        Assert.DoesNotContain((await Sync(person)).Members, member => member.UserId == one.UserId);
        Assert.Empty((await Sync(one)).Conversations);
    }

    [Fact]
    public async Task A_dialog_is_blocked_on_both_sides()
    {
        var (person, other) = (await house.Person(), await house.Person());
        await house.Conversation(dialog: true, person, other);
        await house.Conversation(dialog: false, person, other);
        Assert.All((await Sync(other)).Conversations, conversation => Assert.False(conversation.Blocked));
        await person.Grain.AddBlackList(person.Me, new AddBlackList(other.UserId));
        foreach (var side in new[] { person, other })
        {
            Assert.All((await Sync(side)).Conversations, conversation => Assert.Equal(conversation.IsDialog, conversation.Blocked));
        }
    }

    [Fact]
    public async Task Many_at_once_are_one_after_another()
    {
        var person = await house.Person();
        var (underWay, most) = (0, 0);
        house.Silo.Log.Syncing = async () =>
        {
            most = Math.Max(most, ++underWay);

            // Long enough for the others to come meanwhile, if they were let.
            await Task.Delay(TimeSpan.FromMilliseconds(10));
            underWay--;
        };
        try
        {
            Assert.Equal(20, (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Sync(person)))).Length);
            Assert.Equal(1, most);
        }
        finally
        {
            house.Silo.Log.Syncing = null;
        }
    }

    [Fact]
    public async Task More_than_one_answer_holds_is_said_and_not_read()
    {
        var person = await house.Person();
        house.Silo.Log.Syncing = () => throw new ListTooLargeException();
        try
        {
            var result = await person.Grain.GetConversations(person.Me, new RequestGetConversationsFull(null));
            Assert.Equal(RequestGetConversationsFull.TooLarge, result.Error);
        }
        finally
        {
            house.Silo.Log.Syncing = null;
        }
    }

    [Fact]
    public async Task Nobody_syncs_as_another()
    {
        var person = await house.Person();
        var result = await person.Grain.GetConversations(person.Me, new RequestGetConversationsFull(house.Stranger().UserId));
        Assert.Equal(Statuses.Forbidden, result.Error?.Status);
    }
}
