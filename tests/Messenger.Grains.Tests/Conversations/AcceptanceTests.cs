using Messenger.Contracts;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>What a member has not written in is not accepted; writing accepts it, once.</summary>
public sealed class AcceptanceTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task The_first_message_accepts_and_no_later_one_asks_again()
    {
        var group = await _fixture.Group(3);
        var (ann, bob, cid) = (group.Members[0], group.Members[1], group.Members[2]);
        Assert.Equal([bob.UserId, cid.UserId], await Unaccepted(group, ann, bob, cid));
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await group.Sent(ann);
            await group.Sent(bob);
        }

        Assert.Equal([bob.UserId], _fixture.Silo.Log.Committed.SelectMany(entry => entry.Accepts));
        Assert.Equal([cid.UserId], await Unaccepted(group, ann, bob, cid));

        // As whoever loads it next finds it.
        await _fixture.Silo.Deactivate(group.Grain);
        await group.Sent(bob);
        await group.Sent(cid);
        Assert.Equal([bob.UserId, cid.UserId], _fixture.Silo.Log.Committed.SelectMany(entry => entry.Accepts));
    }

    [Fact]
    public async Task Who_left_and_is_brought_back_has_not_accepted_and_who_made_it_has()
    {
        var group = await _fixture.Group(2);
        var (ann, bob) = (group.Members[0], group.Members[1]);
        await group.Sent(bob);
        Assert.Equal(Result.Ok, await group.Grain.ChangeToAdmin(ann, new RequestChangeToAdmin(group.Uuid, bob.UserId)));
        Assert.Equal(Result.Ok, await group.Grain.Leave(bob, new RequestLeaveConversation(group.Uuid)));
        Assert.Equal(Result.Ok, await Add(group, ann, bob));
        Assert.Equal([bob.UserId], await Unaccepted(group, ann, bob));
        await group.Sent(bob);
        Assert.Empty(await Unaccepted(group, ann, bob));

        Assert.Equal(Result.Ok, await group.Grain.ChangeToAdmin(ann, new RequestChangeToAdmin(group.Uuid, bob.UserId)));
        Assert.Equal(Result.Ok, await group.Grain.Leave(ann, new RequestLeaveConversation(group.Uuid)));
        Assert.Equal(Result.Ok, await Add(group, bob, ann));
        Assert.Empty(await Unaccepted(group, ann, bob));
    }

    private static async Task<Result> Add(TestConversation group, Caller by, Caller who) => await group.Grain.AddMember(
        by, new RequestAddMember(group.Uuid, group.Key.ToString(), new SessionKeyValue("wrapped", "signed", null, null, who.UserId)));

    private async Task<string[]> Unaccepted(TestConversation group, params Caller[] members)
    {
        var unaccepted = new List<string>();
        foreach (var member in members)
        {
            var row = (await _fixture.Silo.Log.Sync(member.UserId)).Single(row => row.Header.UuidText == group.Uuid);
            if (!row.Accepted)
            {
                unaccepted.Add(member.UserId);
            }
        }

        return [.. unaccepted];
    }
}
