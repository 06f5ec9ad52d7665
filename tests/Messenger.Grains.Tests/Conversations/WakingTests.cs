using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>A process died before it had told everyone: who is woken.</summary>
public sealed class WakingTests : IAsyncLifetime
{
    private Stage _stage = null!;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task Everyone_is_woken_for_each_authors_newest_message_that_they_did_not_confirm()
    {
        var scene = await _stage.Group(3);
        await scene.Sent(scene.Cast[0]);
        var newest = await scene.Sent(scene.Cast[0]);
        var answer = await scene.Sent(scene.Cast[1]);
        await scene.Grain.Delivered(scene.Cast[2], new[] { new MessageDelivered(scene.Uuid, answer.Uuid) }.AsImmutable());

        await scene.Grain.DoubtAbout("a dead writer");
        Assert.Equal(
            [(scene.Cast[0].UserId, answer.Uuid), (scene.Cast[1].UserId, newest.Uuid), (scene.Cast[2].UserId, newest.Uuid)],
            _stage.Told.Wakes.Select(wake => (wake.User, wake.Message.Message)).OrderBy(wake => Array.FindIndex(scene.Cast, who => who.UserId == wake.User)));
    }

    [Fact]
    public async Task What_is_long_past_wakes_nobody_again()
    {
        var scene = await _stage.Dialog();
        await scene.Sent(scene.Cast[1]);
        _stage.Silo.Clock.Advance(TimeSpan.FromMinutes(6));
        var newest = await scene.Sent(scene.Cast[0]);

        await scene.Grain.DoubtAbout("a dead writer");
        Assert.Equal([(scene.Cast[1].UserId, newest.Uuid)], _stage.Told.Wakes.Select(wake => (wake.User, wake.Message.Message)));
    }
}
