using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>An answer is made from the outcome of the entry that carries what it speaks of, and of no other.</summary>
public sealed class OutcomeTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stage _stage = null!;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    /// <summary>An entry that holds a uuid which the log has is not kept: its other rows go with another one, and their repeats with them.</summary>
    [Fact]
    public async Task A_repeat_of_what_went_with_a_duplicate_is_answered_as_the_entry_after_it_ends()
    {
        var (scene, old) = await Forgotten();
        var fresh = Enumerable.Range(0, 3).Select(_ => scene.Message()).ToArray();
        var (began, first) = (new TaskCompletionSource(), new TaskCompletionSource());
        var entries = 0;
        _stage.Silo.Log.Before = _ =>
        {
            switch (Interlocked.Increment(ref entries))
            {
                case 1:
                    began.SetResult();
                    return first.Task;
                case 2:
                    _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
                    break;
            }

            return Task.CompletedTask;
        };
        var sending = scene.Grain.AddMessages(scene.Cast[0], ((RequestAddMessage[])[old, .. fresh]).AsImmutable());
        await began.Task.WaitAsync(Patience);
        var repeating = await Begun(() => scene.Grain.AddMessages(scene.Cast[0] with { Application = "other" }, fresh.AsImmutable()));
        first.SetResult();

        Assert.All(await repeating.Call.WaitAsync(Patience), answer => Assert.Equal(Statuses.Unavailable, answer.Refusal?.Status));
        Assert.Equal([null, .. fresh.Select(_ => Statuses.Unavailable)], (await sending.WaitAsync(Patience)).Select(answer => answer.Refusal?.Status));
        Assert.Equal(2, entries);
    }

    [Fact]
    public async Task A_repeat_of_what_went_with_a_duplicate_gets_the_time_that_is_stored()
    {
        var (scene, old) = await Forgotten();
        var fresh = Enumerable.Range(0, 3).Select(_ => scene.Message()).ToArray();
        var (began, first) = (new TaskCompletionSource(), new TaskCompletionSource());
        _stage.Silo.Log.Before = _ =>
        {
            began.TrySetResult();
            return first.Task;
        };
        var sending = scene.Grain.AddMessages(scene.Cast[0], new[] { fresh[0], old, fresh[1], fresh[2] }.AsImmutable());
        await began.Task.WaitAsync(Patience);
        var repeating = await Begun(() => scene.Grain.AddMessages(scene.Cast[0] with { Application = "other" }, fresh.AsImmutable()));
        first.SetResult();

        var sent = (await sending.WaitAsync(Patience)).Select(answer => Scene.Read(answer.Value!)).ToDictionary(message => message.Uuid);
        var repeated = (await repeating.Call.WaitAsync(Patience)).Select(answer => Scene.Read(answer.Value!)).ToList();
        foreach (var message in repeated)
        {
            var stored = await scene.See(scene.Cast[0], message.Uuid);
            Assert.Equal(stored.Created, message.Created);
            Assert.Equal(stored.Created, sent[message.Uuid].Created);
        }
    }

    [Fact]
    public async Task What_is_said_twice_waits_for_its_own_entry_and_not_for_a_later_one_that_fails()
    {
        var scene = await _stage.Group(3);
        var sent = await scene.Sent(scene.Cast[1]);
        var late = await _stage.Person(7);
        (string Method, Func<Task<Answer>> Call)[] changes =
        [
            (nameof(scene.Grain.Rename), () => scene.Grain.Rename(scene.Cast[0], new RequestRenameConversation(scene.Uuid, "anew"))),
            (nameof(scene.Grain.UpdateMemberNick), () => scene.Grain.UpdateMemberNick(scene.Cast[0], new UpdateMemberNick(scene.Uuid, "anew", null))),
            (nameof(scene.Grain.ChangeToAdmin), () => scene.Grain.ChangeToAdmin(scene.Cast[0], new RequestChangeToAdmin(scene.Uuid, scene.Cast[1].UserId))),
            (nameof(scene.Grain.AddMember), () => scene.Grain.AddMember(scene.Cast[0], new RequestAddMember(scene.Uuid, scene.Key.ToString(), Scene.Value(late.UserId)))),
            (nameof(scene.Grain.Readed), async () => (await scene.Grain.Readed(scene.Cast[0], new[] { new RequestMessagesReaded(scene.Uuid, [sent.Uuid]) }.AsImmutable()))[0]),
            (nameof(scene.Grain.DeleteMessage), () => scene.Grain.DeleteMessage(scene.Cast[1], new RequestDeleteMessage(scene.Uuid, sent.Uuid))),
            (nameof(scene.Grain.ReportMessage), () => scene.Grain.ReportMessage(scene.Cast[2], new AddMessageReport(scene.Uuid, sent.Uuid, null))),
            (nameof(scene.Grain.Kick), () => scene.Grain.Kick(scene.Cast[0], new RequestKickUser(scene.Uuid, scene.Cast[2].UserId))),
            (nameof(scene.Grain.Leave), () => scene.Grain.Leave(late, new RequestLeaveConversation(scene.Uuid))),
        ];
        foreach (var (method, change) in changes)
        {
            var (began, first) = (new TaskCompletionSource(), new TaskCompletionSource());
            var entries = 0;
            _stage.Silo.Log.Before = _ =>
            {
                if (Interlocked.Increment(ref entries) == 1)
                {
                    began.SetResult();
                    return first.Task;
                }

                _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
                return Task.CompletedTask;
            };
            var once = change();
            await began.Task.WaitAsync(Patience);
            var doomed = await Begun(() => scene.Send(scene.Cast[0]));
            var twice = await Begun(change, method);
            Assert.False(once.IsCompleted || twice.Call.IsCompleted);
            first.SetResult();
            Assert.Equal(Answer.Ok, await once.WaitAsync(Patience));
            Assert.Equal(Answer.Ok, await twice.Call.WaitAsync(Patience));
            Assert.Equal(Statuses.Unavailable, (await doomed.Call.WaitAsync(Patience)).Refusal?.Status);
            _stage.Silo.Log.Before = null;
            await Turn(scene);
        }
    }

    [Fact]
    public async Task A_refusal_that_rests_on_a_change_under_way_waits_for_what_becomes_of_it()
    {
        var scene = await _stage.Group(3);
        foreach (var (outcome, status) in new[] { (LogOutcome.Unknown, Statuses.Unavailable), (LogOutcome.Committed, Statuses.NotFound) })
        {
            var (began, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
            _stage.Silo.Log.Before = _ =>
            {
                began.TrySetResult();
                return commit.Task;
            };
            var kicking = scene.Grain.Kick(scene.Cast[0], new RequestKickUser(scene.Uuid, scene.Cast[2].UserId));
            await began.Task.WaitAsync(Patience);
            var renaming = await Begun(
                () => scene.Grain.UpdateMemberNick(scene.Cast[2], new UpdateMemberNick(scene.Uuid, "nick", null)), nameof(scene.Grain.UpdateMemberNick));
            var sending = await Begun(() => scene.Send(scene.Cast[2]));
            Assert.False(renaming.Call.IsCompleted || sending.Call.IsCompleted);
            if (outcome != LogOutcome.Committed)
            {
                _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(outcome));
            }

            commit.SetResult();
            await kicking.WaitAsync(Patience);
            Assert.Equal(status, (await renaming.Call.WaitAsync(Patience)).Refusal?.Status);
            Assert.Equal(status, (await sending.Call.WaitAsync(Patience)).Refusal?.Status);
            _stage.Silo.Log.Before = null;
            await Turn(scene);
        }
    }

    [Fact]
    public async Task Who_was_kicked_or_blacklisted_gets_what_is_stored_for_a_repeat_and_writes_nothing_new()
    {
        var group = await _stage.Group(3);
        var kicked = group.Cast[2];
        var stored = group.Message();
        Assert.Null((await group.Send(kicked, stored)).Refusal);
        await group.Grain.Kick(group.Cast[0], new RequestKickUser(group.Uuid, kicked.UserId));
        await RepeatsOnly(group, kicked, stored, Statuses.NotFound);

        var dialog = await _stage.Dialog();
        var (author, peer) = (dialog.Cast[0], dialog.Cast[1]);
        stored = dialog.Message();
        Assert.Null((await dialog.Send(author, stored)).Refusal);
        await _stage.Silo.Users.AddToBlackList(peer.UserId, author.UserId);
        await dialog.Grain.BlackListChanged();
        await RepeatsOnly(dialog, author, stored, Statuses.Forbidden);

        // Nobody learns by it whether somebody else's uuid is taken.
        var foreign = await group.Send(kicked, group.Message(Guid.Parse((await group.Sent(group.Cast[0])).Uuid)));
        Assert.Equal(Statuses.NotFound, foreign.Refusal?.Status);
    }

    [Fact]
    public async Task A_rule_of_the_gateway_s_is_asked_after_the_repeat_is_recognised()
    {
        var scene = await _stage.Group(2);
        var late = await _stage.Person(7);
        var refused = Refused.TooManyRequests("too many", 60);
        var stored = scene.Message();
        Assert.Null((await scene.Send(scene.Cast[0], stored)).Refusal);
        for (var times = 0; times < 2; times++)
        {
            var answers = await scene.Grain.AddMessagesUnlessNew(
                scene.Cast[0], new[] { scene.Message(), stored, scene.Message() }.AsImmutable(), new Refused?[] { refused, refused, null }.AsImmutable());
            Assert.Equal([refused, null, null], answers.Select(answer => answer.Refusal));
            Assert.Equal([null, true, false], answers.Select(answer => answer.Value?.Repeated));
            await _stage.Silo.Deactivate(scene.Grain);
        }

        var adding = new RequestAddMember(scene.Uuid, scene.Key.ToString(), Scene.Value(late.UserId));
        Assert.Equal(refused, (await scene.Grain.AddMemberUnlessNew(scene.Cast[0], adding, refused)).Refusal);
        Assert.Equal(Answer.Ok, await scene.Grain.AddMember(scene.Cast[0], adding));
        Assert.Equal(Answer.Ok, await scene.Grain.AddMemberUnlessNew(scene.Cast[0], adding, refused));

        Assert.Null((await scene.Grain.CreateUnlessNew(scene.Cast[0], scene.Request(dialog: false), refused)).Refusal);
        var fresh = scene with { Id = Guid.NewGuid() };
        Assert.Equal(refused, (await fresh.Grain.CreateUnlessNew(scene.Cast[0], fresh.Request(dialog: false), refused)).Refusal);
    }

    private async Task RepeatsOnly(Scene scene, Caller who, RequestAddMessage stored, string refused)
    {
        for (var times = 0; times < 2; times++)
        {
            var answers = await scene.Grain.AddMessages(who, new[] { scene.Message(), stored, scene.Message() }.AsImmutable());
            Assert.Equal([refused, null, refused], answers.Select(answer => answer.Refusal?.Status));
            Assert.Equal(stored.MessageUuid, Scene.Read(answers[1].Value!).Uuid);

            // And again when memory has forgotten it.
            await _stage.Silo.Deactivate(scene.Grain);
        }

        Assert.Single(_stage.Silo.Log.Committed.SelectMany(entry => entry.Conversation == scene.Id ? entry.Messages : []), row => row.UserId == who.UserId && !row.IsEvent);
    }

    /// <summary>A conversation whose author has a message in the log that memory does not know.</summary>
    private async Task<(Scene Scene, RequestAddMessage Old)> Forgotten()
    {
        var scene = await _stage.Dialog();
        var old = scene.Message();
        Assert.Null((await scene.Send(scene.Cast[0], old)).Refusal);
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        await _stage.Silo.Deactivate(scene.Grain);
        await Turn(scene);
        return (scene, old);
    }

    /// <summary>A call that has had its first turn.</summary>
    private async Task<Running<T>> Begun<T>(Func<Task<T>> call, string method = nameof(Contracts.IConversationGrain.AddMessages))
    {
        Task<T>? running = null;
        await _stage.Told.Begins(method, () => running = call());
        return new Running<T>(running!);
    }

    private sealed record Running<T>(Task<T> Call);

    /// <summary>A call that waits for nothing: what was called before it has had its turn.</summary>
    private static async Task Turn(Scene scene) =>
        Assert.NotNull((await scene.Grain.GetMembersList(scene.Cast[0], new RequestGetMembersList(scene.Uuid)).WaitAsync(Patience)).Value);
}
