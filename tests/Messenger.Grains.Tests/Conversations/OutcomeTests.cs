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
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    /// <summary>An entry that holds a uuid which the log has is not kept: its other rows go with another one, and their repeats with them.</summary>
    [Fact]
    public async Task A_repeat_of_what_went_with_a_duplicate_is_answered_as_the_entry_after_it_ends()
    {
        var (conversation, old) = await Forgotten();
        var fresh = Enumerable.Range(0, 3).Select(_ => conversation.Message()).ToArray();
        var (began, first) = (new TaskCompletionSource(), new TaskCompletionSource());
        var entries = 0;
        _fixture.Silo.Log.Before = _ =>
        {
            switch (Interlocked.Increment(ref entries))
            {
                case 1:
                    began.SetResult();
                    return first.Task;
                case 2:
                    _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
                    break;
            }

            return Task.CompletedTask;
        };
        var sending = conversation.Grain.AddMessages(conversation.Members[0], ((RequestAddMessage[])[old, .. fresh]).AsImmutable());
        await began.Task.WaitAsync(Timeout);
        var repeating = await Begun(() => conversation.Grain.AddMessages(conversation.Members[0] with { Application = "other" }, fresh.AsImmutable()));
        first.SetResult();

        Assert.All(await repeating.Call.WaitAsync(Timeout), result => Assert.Equal(Statuses.Unavailable, result.Error?.Status));
        Assert.Equal([null, .. fresh.Select(_ => Statuses.Unavailable)], (await sending.WaitAsync(Timeout)).Select(result => result.Error?.Status));
        Assert.Equal(2, entries);
    }

    [Fact]
    public async Task A_repeat_of_what_went_with_a_duplicate_gets_the_time_that_is_stored()
    {
        var (conversation, old) = await Forgotten();
        var fresh = Enumerable.Range(0, 3).Select(_ => conversation.Message()).ToArray();
        var (began, first) = (new TaskCompletionSource(), new TaskCompletionSource());
        _fixture.Silo.Log.Before = _ =>
        {
            began.TrySetResult();
            return first.Task;
        };
        var sending = conversation.Grain.AddMessages(conversation.Members[0], new[] { fresh[0], old, fresh[1], fresh[2] }.AsImmutable());
        await began.Task.WaitAsync(Timeout);
        var repeating = await Begun(() => conversation.Grain.AddMessages(conversation.Members[0] with { Application = "other" }, fresh.AsImmutable()));
        first.SetResult();

        var sent = (await sending.WaitAsync(Timeout)).Select(result => TestConversation.Read(result.Value!)).ToDictionary(message => message.Uuid);
        var repeated = (await repeating.Call.WaitAsync(Timeout)).Select(result => TestConversation.Read(result.Value!)).ToList();
        foreach (var message in repeated)
        {
            var stored = await conversation.See(conversation.Members[0], message.Uuid);
            Assert.Equal(stored.Created, message.Created);
            Assert.Equal(stored.Created, sent[message.Uuid].Created);
        }
    }

    [Fact]
    public async Task What_is_said_twice_waits_for_its_own_entry_and_not_for_a_later_one_that_fails()
    {
        var conversation = await _fixture.Group(3);
        var sent = await conversation.Sent(conversation.Members[1]);
        var late = await _fixture.Person(7);
        (string Method, Func<Task<Result>> Call)[] changes =
        [
            (nameof(conversation.Grain.Rename), () => conversation.Grain.Rename(conversation.Members[0], new RequestRenameConversation(conversation.Uuid, "anew"))),
            (nameof(conversation.Grain.UpdateMemberNick), () => conversation.Grain.UpdateMemberNick(conversation.Members[0], new UpdateMemberNick(conversation.Uuid, "anew", null))),
            (nameof(conversation.Grain.ChangeToAdmin), () => conversation.Grain.ChangeToAdmin(conversation.Members[0], new RequestChangeToAdmin(conversation.Uuid, conversation.Members[1].UserId))),
            (nameof(conversation.Grain.AddMember), () => conversation.Grain.AddMember(conversation.Members[0], new RequestAddMember(conversation.Uuid, conversation.Key.ToString(), TestConversation.Value(late.UserId)))),
            (nameof(conversation.Grain.Readed), async () => (await conversation.Grain.Readed(conversation.Members[0], new[] { new RequestMessagesReaded(conversation.Uuid, [sent.Uuid]) }.AsImmutable()))[0]),
            (nameof(conversation.Grain.DeleteMessage), () => conversation.Grain.DeleteMessage(conversation.Members[1], new RequestDeleteMessage(conversation.Uuid, sent.Uuid))),
            (nameof(conversation.Grain.ReportMessage), () => conversation.Grain.ReportMessage(conversation.Members[2], new AddMessageReport(conversation.Uuid, sent.Uuid, null))),
            (nameof(conversation.Grain.Kick), () => conversation.Grain.Kick(conversation.Members[0], new RequestKickUser(conversation.Uuid, conversation.Members[2].UserId))),
            (nameof(conversation.Grain.Leave), () => conversation.Grain.Leave(late, new RequestLeaveConversation(conversation.Uuid))),
        ];
        foreach (var (method, change) in changes)
        {
            var (began, first) = (new TaskCompletionSource(), new TaskCompletionSource());
            var entries = 0;
            _fixture.Silo.Log.Before = _ =>
            {
                if (Interlocked.Increment(ref entries) == 1)
                {
                    began.SetResult();
                    return first.Task;
                }

                _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
                return Task.CompletedTask;
            };
            var once = change();
            await began.Task.WaitAsync(Timeout);
            var doomed = await Begun(() => conversation.Send(conversation.Members[0]));
            var twice = await Begun(change, method);
            Assert.False(once.IsCompleted || twice.Call.IsCompleted);
            first.SetResult();
            Assert.Equal(Result.Ok, await once.WaitAsync(Timeout));
            Assert.Equal(Result.Ok, await twice.Call.WaitAsync(Timeout));
            Assert.Equal(Statuses.Unavailable, (await doomed.Call.WaitAsync(Timeout)).Error?.Status);
            _fixture.Silo.Log.Before = null;
            await Turn(conversation);
        }
    }

    [Fact]
    public async Task A_refusal_that_rests_on_a_change_under_way_waits_for_what_becomes_of_it()
    {
        var conversation = await _fixture.Group(3);
        foreach (var (outcome, status) in new[] { (LogOutcome.Unknown, Statuses.Unavailable), (LogOutcome.Committed, Statuses.NotFound) })
        {
            var (began, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
            _fixture.Silo.Log.Before = _ =>
            {
                began.TrySetResult();
                return commit.Task;
            };
            var kicking = conversation.Grain.Kick(conversation.Members[0], new RequestKickUser(conversation.Uuid, conversation.Members[2].UserId));
            await began.Task.WaitAsync(Timeout);
            var renaming = await Begun(
                () => conversation.Grain.UpdateMemberNick(conversation.Members[2], new UpdateMemberNick(conversation.Uuid, "nick", null)), nameof(conversation.Grain.UpdateMemberNick));
            var sending = await Begun(() => conversation.Send(conversation.Members[2]));
            Assert.False(renaming.Call.IsCompleted || sending.Call.IsCompleted);
            if (outcome != LogOutcome.Committed)
            {
                _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(outcome));
            }

            commit.SetResult();
            await kicking.WaitAsync(Timeout);
            Assert.Equal(status, (await renaming.Call.WaitAsync(Timeout)).Error?.Status);
            Assert.Equal(status, (await sending.Call.WaitAsync(Timeout)).Error?.Status);
            _fixture.Silo.Log.Before = null;
            await Turn(conversation);
        }
    }

    [Fact]
    public async Task Who_was_kicked_or_blacklisted_gets_what_is_stored_for_a_repeat_and_writes_nothing_new()
    {
        var group = await _fixture.Group(3);
        var kicked = group.Members[2];
        var stored = group.Message();
        Assert.Null((await group.Send(kicked, stored)).Error);
        await group.Grain.Kick(group.Members[0], new RequestKickUser(group.Uuid, kicked.UserId));
        await RepeatsOnly(group, kicked, stored, Statuses.NotFound);

        var dialog = await _fixture.Dialog();
        var (author, peer) = (dialog.Members[0], dialog.Members[1]);
        stored = dialog.Message();
        Assert.Null((await dialog.Send(author, stored)).Error);
        await _fixture.Silo.Users.AddToBlackList(peer.UserId, author.UserId);
        await dialog.Grain.BlackListChanged();
        await RepeatsOnly(dialog, author, stored, Statuses.Forbidden);

        // Nobody learns by it whether somebody else's uuid is taken.
        var foreign = await group.Send(kicked, group.Message(Guid.Parse((await group.Sent(group.Members[0])).Uuid)));
        Assert.Equal(Statuses.NotFound, foreign.Error?.Status);
    }

    [Fact]
    public async Task A_rule_of_the_gateway_s_is_asked_after_the_repeat_is_recognised()
    {
        var conversation = await _fixture.Group(2);
        var late = await _fixture.Person(7);
        var refused = Error.TooManyRequests("too many", 60);
        var stored = conversation.Message();
        Assert.Null((await conversation.Send(conversation.Members[0], stored)).Error);
        for (var times = 0; times < 2; times++)
        {
            var results = await conversation.Grain.AddMessagesUnlessNew(
                conversation.Members[0], new[] { conversation.Message(), stored, conversation.Message() }.AsImmutable(), new Error?[] { refused, refused, null }.AsImmutable());
            Assert.Equal([refused, null, null], results.Select(result => result.Error));
            Assert.Equal([null, true, false], results.Select(result => result.Value?.Repeated));
            await _fixture.Silo.Deactivate(conversation.Grain);
        }

        var adding = new RequestAddMember(conversation.Uuid, conversation.Key.ToString(), TestConversation.Value(late.UserId));
        Assert.Equal(refused, (await conversation.Grain.AddMemberUnlessNew(conversation.Members[0], adding, refused)).Error);
        Assert.Equal(Result.Ok, await conversation.Grain.AddMember(conversation.Members[0], adding));
        Assert.Equal(Result.Ok, await conversation.Grain.AddMemberUnlessNew(conversation.Members[0], adding, refused));

        Assert.Null((await conversation.Grain.CreateUnlessNew(conversation.Members[0], conversation.Request(dialog: false), refused)).Error);
        var fresh = conversation with { Id = Guid.NewGuid() };
        Assert.Equal(refused, (await fresh.Grain.CreateUnlessNew(conversation.Members[0], fresh.Request(dialog: false), refused)).Error);
    }

    private async Task RepeatsOnly(TestConversation conversation, Caller who, RequestAddMessage stored, string refused)
    {
        for (var times = 0; times < 2; times++)
        {
            var results = await conversation.Grain.AddMessages(who, new[] { conversation.Message(), stored, conversation.Message() }.AsImmutable());
            Assert.Equal([refused, null, refused], results.Select(result => result.Error?.Status));
            Assert.Equal(stored.MessageUuid, TestConversation.Read(results[1].Value!).Uuid);

            // And again when memory has forgotten it.
            await _fixture.Silo.Deactivate(conversation.Grain);
        }

        Assert.Single(_fixture.Silo.Log.Committed.SelectMany(entry => entry.Conversation == conversation.Id ? entry.Messages : []), row => row.UserId == who.UserId && !row.IsEvent);
    }

    /// <summary>A conversation whose author has a message in the log that memory does not know.</summary>
    private async Task<(TestConversation Conversation, RequestAddMessage Old)> Forgotten()
    {
        var conversation = await _fixture.Dialog();
        var old = conversation.Message();
        Assert.Null((await conversation.Send(conversation.Members[0], old)).Error);
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        await _fixture.Silo.Deactivate(conversation.Grain);
        await Turn(conversation);
        return (conversation, old);
    }

    /// <summary>A call that has had its first turn.</summary>
    private async Task<Running<T>> Begun<T>(Func<Task<T>> call, string method = nameof(Contracts.IConversationGrain.AddMessages))
    {
        Task<T>? running = null;
        await _fixture.Deliveries.Begins(method, () => running = call());
        return new Running<T>(running!);
    }

    private sealed record Running<T>(Task<T> Call);

    /// <summary>A call that waits for nothing: what was called before it has had its turn.</summary>
    private static async Task Turn(TestConversation conversation) =>
        Assert.NotNull((await conversation.Grain.GetMembersList(conversation.Members[0], new RequestGetMembersList(conversation.Uuid)).WaitAsync(Timeout)).Value);
}
