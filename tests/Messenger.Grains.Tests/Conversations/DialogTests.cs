using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>One open dialog for two people, and what is left of one that was left.</summary>
public sealed class DialogTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    /// <summary>Both asked before either was there: the store decides, and who lost is told of the one that is.</summary>
    [Fact]
    public async Task Of_two_that_are_created_at_once_the_later_one_is_told_of_the_other()
    {
        var (ann, bob) = (await _fixture.Person(0), await _fixture.Person(1));
        var (one, other) = (New(ann, bob), New(bob, ann));
        var (asked, go) = (0, new TaskCompletionSource());
        _fixture.Silo.Log.Before = entry =>
        {
            if (entry.Creates && Interlocked.Increment(ref asked) == 1)
            {
                // Held back until the other has been handed in too.
                return go.Task;
            }

            return Task.CompletedTask;
        };
        var creating = new[] { one.Grain.Create(ann, one.Request(dialog: true)), other.Grain.Create(bob, other.Request(dialog: true)) };
        for (var until = DateTime.UtcNow.AddSeconds(20); _fixture.Silo.Log.Waiting < 2; await Task.Delay(5))
        {
            Assert.True(DateTime.UtcNow < until);
        }

        go.SetResult();
        var made = await Task.WhenAll(creating);

        var won = Array.FindIndex(made, result => result.Error is null);
        var lost = made[1 - won].Error!;
        Assert.Equal((Statuses.Conflict, made[won].Value!.Conversation.Uuid), (lost.Status, lost.ConversationUuid));
        Assert.Contains(lost.ConversationUuid!, lost.Description, StringComparison.Ordinal);

        // What lost left nothing behind: once the other is gone, the same request is served.
        var (winner, loser) = won == 0 ? (one, other) : (other, one);
        Assert.Equal(Result.Ok, await winner.Grain.Delete(winner.Members[0], new RequestDeleteConversation(winner.Uuid)));
        Assert.Null((await loser.Grain.Create(loser.Members[0], loser.Request(dialog: true))).Error);
    }

    [Fact]
    public async Task One_that_was_left_is_closed_and_lets_another_be_made()
    {
        var dialog = await _fixture.Dialog();
        var (ann, bob) = (dialog.Members[0], dialog.Members[1]);
        await dialog.Sent(ann);
        Assert.Equal(Result.Ok, await dialog.Grain.Leave(bob, new RequestLeaveConversation(dialog.Uuid)));

        Assert.Equal(Statuses.Forbidden, (await dialog.Send(ann)).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await dialog.Grain.Rename(ann, new RequestRenameConversation(dialog.Uuid, "t"))).Error?.Status);
        Assert.True((await dialog.Grain.Get(ann, new RequestGetConversationFull(dialog.Uuid, null))).Value!.Conversation.Blocked);
        var next = New(bob, ann);
        Assert.Null((await next.Grain.Create(bob, next.Request(dialog: true))).Error);
        Assert.Equal(Result.Ok, await dialog.Grain.Delete(ann, new RequestDeleteConversation(dialog.Uuid)));
        Assert.Equal(Statuses.Conflict, (await Again(ann, bob)).Error?.Status);
    }

    private Task<Result<ResponseCreateConversation>> Again(Caller one, Caller other)
    {
        var another = New(one, other);
        return another.Grain.Create(one, another.Request(dialog: true));
    }

    private TestConversation New(params Caller[] members) => new(_fixture, Guid.NewGuid(), Guid.NewGuid(), members);
}
