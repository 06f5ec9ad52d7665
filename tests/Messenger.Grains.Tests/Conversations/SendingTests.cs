using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public sealed class SendingTests : IAsyncLifetime
{
    private Stage _stage = null!;

    public async Task InitializeAsync() => _stage = await Stage.Open();

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task A_message_reaches_everyone_and_spares_the_asking_device()
    {
        var scene = await _stage.Group(3);
        var sent = await scene.Sent(scene.Cast[0]);
        foreach (var person in scene.Cast)
        {
            var heard = await _stage.Told.Hears(person, "NotificationAddedMessageToConversation", 3);
            Assert.Equal(sent.Uuid, heard[^1].GetProperty("message").GetProperty("uuid").GetString());
        }

        Assert.Equal("app0", _stage.Told.By(scene.Cast[0])[^1].Except);
        Assert.Null(_stage.Told.By(scene.Cast[1])[^1].Except);
        Assert.Equal((3, 1, 1, false), (sent.Members, sent.ReadedMembers, sent.DeliveredMembers, sent.Readed));
    }

    [Fact]
    public async Task Everything_told_is_settled()
    {
        var scene = await _stage.Group(3);
        await scene.Sent(scene.Cast[0]);
        await scene.Grain.MarkAllReaded(scene.Cast[1], new RequestMarkAllReaded(scene.Uuid));
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
    }

    [Fact]
    public async Task The_same_uuid_again_is_the_stored_message_and_nothing_twice()
    {
        var scene = await _stage.Dialog();
        var uuid = Guid.NewGuid();
        var first = await scene.Sent(scene.Cast[0], uuid);
        var again = await scene.Sent(scene.Cast[0], uuid);
        Assert.Equal(first, again);
        await scene.Sent(scene.Cast[0]);
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 3);
    }

    [Fact]
    public async Task The_same_uuid_is_known_after_the_grain_forgot_it()
    {
        var scene = await _stage.Dialog();
        var uuid = Guid.NewGuid();
        var first = await scene.Sent(scene.Cast[0], uuid);
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 2);
        await _stage.Silo.Deactivate(scene.Grain);

        // In the middle of new ones, as a phone does that sends its queue again.
        var answers = await scene.Grain.AddMessages(scene.Cast[0], new[] { scene.Message(), scene.Message(uuid), scene.Message() }.AsImmutable());
        Assert.All(answers, answer => Assert.Null(answer.Refusal));
        Assert.Equal(first.Created, Scene.Read(answers[1].Value!).Created);
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 4);
    }

    [Fact]
    public async Task A_retry_that_overtakes_the_commit_waits_for_it()
    {
        var scene = await _stage.Dialog();
        var commit = new TaskCompletionSource();
        _stage.Silo.Log.Before = _ => commit.Task;
        var message = scene.Message();
        var first = scene.Send(scene.Cast[0], message);
        var second = scene.Send(scene.Cast[0], message);
        Assert.False(first.IsCompleted || second.IsCompleted);
        commit.SetResult();
        Assert.Equal(Scene.Read((await first).Value!), Scene.Read((await second).Value!));
        Assert.Single(_stage.Silo.Log.Committed, entry => entry.Messages.Any(row => !row.IsEvent));
    }

    [Fact]
    public async Task Somebody_elses_uuid_is_a_conflict()
    {
        var scene = await _stage.Dialog();
        var uuid = Guid.NewGuid();
        await scene.Sent(scene.Cast[0], uuid);
        Assert.Equal(Statuses.Conflict, (await scene.Send(scene.Cast[1], scene.Message(uuid))).Refusal!.Status);
    }

    [Fact]
    public async Task Created_strictly_increases_while_the_clock_stands()
    {
        var scene = await _stage.Dialog();
        var answers = await scene.Grain.AddMessages(scene.Cast[0], Enumerable.Range(0, 50).Select(_ => scene.Message()).ToArray().AsImmutable());
        var times = answers.Select(answer => Scene.Read(answer.Value!).Created).ToList();
        Assert.Equal(times.Distinct().Order(), times);
    }

    [Fact]
    public async Task An_unknown_session_key_or_reply_is_a_bad_request_and_spares_the_others()
    {
        var scene = await _stage.Dialog();
        var first = scene.Message();
        var answers = await scene.Grain.AddMessages(scene.Cast[0], new[]
        {
            first,
            scene.Message() with { SessionKeyUuid = Guid.NewGuid().ToString() },
            scene.Message(reply: Guid.NewGuid()),
            scene.Message(reply: Guid.Parse(first.MessageUuid)),
        }.AsImmutable());
        Assert.Equal([null, Statuses.BadRequest, Statuses.BadRequest, null], answers.Select(answer => answer.Refusal?.Status));
    }

    [Fact]
    public async Task A_stranger_learns_nothing()
    {
        var scene = await _stage.Dialog();
        var stranger = await _stage.Person(9);
        var refused = (await scene.Send(stranger)).Refusal!;
        var none = (await _stage.Silo.Grains.GetGrain<Contracts.IConversationGrain>(Guid.NewGuid())
            .AddMessages(stranger, new[] { scene.Message() }.AsImmutable()))[0].Refusal!;
        Assert.Equal(none, refused);
        Assert.Equal(Statuses.NotFound, refused.Status);
    }

    [Fact]
    public async Task An_unknown_outcome_is_unavailable_and_the_retry_finds_what_was_written()
    {
        var scene = await _stage.Dialog();
        var message = scene.Message();
        _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown, Written: true));
        Assert.Equal(Statuses.Unavailable, (await scene.Send(scene.Cast[0], message)).Refusal!.Status);
        Assert.Null((await scene.Send(scene.Cast[0], message)).Refusal);

        // Nobody had been told when the outcome was unknown: now everyone is, once.
        var heard = await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 2);
        Assert.Equal(message.MessageUuid, heard[1].GetProperty("message").GetProperty("uuid").GetString());
    }

    [Fact]
    public async Task What_was_written_with_an_unknown_outcome_is_told_without_a_retry_but_not_to_its_author_s_device()
    {
        var scene = await _stage.Dialog();
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        var message = scene.Message();
        _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown, Written: true));
        _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
        Assert.Equal(Statuses.Unavailable, (await scene.Send(scene.Cast[0], message)).Refusal!.Status);
        Assert.Equal(Statuses.Unavailable, (await scene.Send(scene.Cast[0])).Refusal!.Status);

        var heard = await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 2);
        Assert.Equal(message.MessageUuid, heard[1].GetProperty("message").GetProperty("uuid").GetString());
        await _stage.Told.Hears(scene.Cast[0], "NotificationAddedMessageToConversation", 2);
        Assert.Equal(scene.Cast[0].Application, _stage.Told.By(scene.Cast[0])[^1].Except);
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        Assert.Equal(0, _stage.Told.Doubts(scene.Cast[1]));
    }

    [Fact]
    public async Task A_message_that_the_store_refuses_is_its_sender_s_matter_alone()
    {
        var scene = await _stage.Dialog();
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        RequestAddMessage[] three = [scene.Message(), scene.Message(), scene.Message()];
        _stage.Silo.Log.Refuses = entry => entry.Messages.Any(row => row.UuidText == three[1].MessageUuid);

        var bad = scene.Grain.AddMessages(scene.Cast[0], three.AsImmutable());
        var beside = scene.Send(scene.Cast[1]);

        Assert.Equal([null, Statuses.BadRequest, null], (await bad).Select(answer => answer.Refusal?.Status));
        Assert.Null((await beside).Refusal);
        var heard = await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 4);
        Assert.Equal([three[0].MessageUuid, three[2].MessageUuid], heard
            .Select(one => one.GetProperty("message").GetProperty("uuid").GetString()).Where(uuid => three.Any(sent => sent.MessageUuid == uuid)));
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        Assert.All(scene.Cast, person => Assert.Equal(0, _stage.Told.Doubts(person)));
    }

    [Fact]
    public async Task A_change_that_the_store_refuses_goes_from_memory_and_nobody_is_told_of_a_doubt()
    {
        var scene = await _stage.Dialog();
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Refused));

        var refused = await scene.Grain.UpdateMemberNick(scene.Cast[0], new UpdateMemberNick(scene.Id.ToString(), "bad", null));

        Assert.Equal(Statuses.BadRequest, refused.Refusal!.Status);
        Assert.Null((await scene.Send(scene.Cast[1])).Refusal);
        var nicks = (await scene.Grain.GetNicks(scene.Cast[1], new GetNicks(scene.Id.ToString()))).Value!;
        Assert.DoesNotContain("bad", nicks.Nicks.Values);
        Assert.All(scene.Cast, person => Assert.Equal(0, _stage.Told.Doubts(person)));
    }

    [Fact]
    public async Task A_creation_that_never_came_to_be_is_settled_and_can_be_tried_again()
    {
        var scene = await _stage.Dialog();
        var fresh = scene with { Id = Guid.NewGuid() };
        _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
        Assert.Equal(Statuses.Unavailable, (await fresh.Grain.Create(scene.Cast[0], fresh.Request(dialog: false))).Refusal!.Status);
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
        Assert.Null((await fresh.Grain.Create(scene.Cast[0], fresh.Request(dialog: false))).Refusal);
    }

    [Fact]
    public async Task What_comes_after_a_later_activation_s_becomes_a_doubt()
    {
        var scene = await _stage.Dialog();
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 1);
        _stage.Told.Answer = HandOver.Passed;
        await scene.Sent(scene.Cast[0]);
        await Told.Until(() => _stage.Told.Doubts(scene.Cast[1]) > 0 && _stage.Silo.Log.Unsettled.Count == 0);
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 1);
    }

    [Fact]
    public async Task What_cannot_be_handed_over_yet_is_tried_again_and_told_once_in_order()
    {
        var scene = await _stage.Dialog();
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 1);
        _stage.Told.Answer = HandOver.NotYet;
        var sent = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            sent.Add((await scene.Sent(scene.Cast[0])).Uuid);
        }

        _stage.Told.Answer = HandOver.Taken;
        await Told.Until(() =>
        {
            _stage.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
            return _stage.Silo.Log.Unsettled.Count == 0;
        });
        var heard = await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 6);
        Assert.Equal(sent, heard.Skip(1).Select(one => one.GetProperty("message").GetProperty("uuid").GetString()));
        Assert.Equal(0, _stage.Told.Doubts(scene.Cast[1]));
    }

    [Fact]
    public async Task Who_cannot_be_told_for_long_is_doubted_and_holds_no_writer_up()
    {
        var scene = await _stage.Dialog();
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 1);
        _stage.Told.Answer = HandOver.NotYet;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++)
            {
                await scene.Sent(scene.Cast[0]);
            }
        });
        await Told.Until(() =>
        {
            _stage.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
            return writing.IsCompleted && _stage.Told.Doubts(scene.Cast[1]) > 0 && _stage.Silo.Log.Unsettled.Count == 0;
        });
        await writing;
    }

    [Fact]
    public async Task Who_is_64_notices_behind_holds_back_whoever_writes_and_then_gets_all_of_them_in_order()
    {
        var scene = await _stage.Dialog();
        var (author, slow) = (scene.Cast[0], scene.Cast[1]);
        await _stage.Told.Hears(slow, "NotificationAddedMessageToConversation", 1);
        var taken = new TaskCompletionSource();
        var let = new TaskCompletionSource();
        _stage.Told.Before = user =>
        {
            if (user != slow.UserId)
            {
                return Task.CompletedTask;
            }

            taken.TrySetResult();
            return let.Task;
        };
        var sent = new List<string> { (await scene.Sent(author)).Uuid };
        await taken.Task.WaitAsync(TimeSpan.FromSeconds(20));
        while (sent.Count <= 64)
        {
            sent.Add((await scene.Sent(author).WaitAsync(TimeSpan.FromSeconds(20))).Uuid);
        }

        var held = scene.Sent(author);
        await _stage.Told.Hears(author, "NotificationAddedMessageToConversation", 1 + sent.Count + 1);
        Assert.NotSame(held, await Task.WhenAny(held, Task.Delay(TimeSpan.FromMilliseconds(200))));
        let.SetResult();
        sent.Add((await held.WaitAsync(TimeSpan.FromSeconds(20))).Uuid);
        var heard = await _stage.Told.Hears(slow, "NotificationAddedMessageToConversation", 1 + sent.Count);
        Assert.Equal(sent, heard.Skip(1).Select(one => one.GetProperty("message").GetProperty("uuid").GetString()));
        Assert.Equal(0, _stage.Told.Doubts(slow));
    }

    [Fact]
    public async Task A_fenced_activation_drops_its_state_and_writes_again_after_loading()
    {
        var scene = await _stage.Dialog();
        _stage.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Fenced));
        var message = scene.Message();
        Assert.Equal(Statuses.Unavailable, (await scene.Send(scene.Cast[0], message)).Refusal!.Status);
        Assert.Null((await scene.Send(scene.Cast[0], message)).Refusal);
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 2);
    }

    [Fact]
    public async Task A_hand_over_that_fails_becomes_a_doubt_and_holds_nobody_else_up()
    {
        var scene = await _stage.Group(3);
        await _stage.Told.Hears(scene.Cast[1], "NotificationAddedMessageToConversation", 2);
        var broken = scene.Cast[1].UserId;
        _stage.Told.Before = user => user == broken ? throw new TimeoutException() : Task.CompletedTask;
        var sent = await scene.Sent(scene.Cast[0]);
        var heard = await _stage.Told.Hears(scene.Cast[2], "NotificationAddedMessageToConversation", 3);
        Assert.Equal(sent.Uuid, heard[^1].GetProperty("message").GetProperty("uuid").GetString());
        await Told.Until(() =>
        {
            _stage.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
            return _stage.Told.Doubts(scene.Cast[1]) > 0;
        });
        await Told.Until(() => _stage.Silo.Log.Unsettled.Count == 0);
    }

    [Fact]
    public async Task A_blacklisted_author_is_refused_in_the_dialog_alone()
    {
        var dialog = await _stage.Dialog();
        var group = await _stage.Create([.. dialog.Cast, await _stage.Person(2)], dialog: false);
        await _stage.Silo.Users.AddToBlackList(dialog.Cast[1].UserId, dialog.Cast[0].UserId);
        await dialog.Grain.BlackListChanged();
        Assert.Equal(Statuses.Forbidden, (await dialog.Send(dialog.Cast[0])).Refusal!.Status);
        Assert.Null((await dialog.Send(dialog.Cast[1])).Refusal);
        Assert.Null((await group.Send(dialog.Cast[0])).Refusal);
        foreach (var person in dialog.Cast)
        {
            Assert.True((await dialog.Grain.Get(person, new RequestGetConversationFull(dialog.Uuid, null))).Value!.Conversation.Blocked);
        }
    }

    [Fact]
    public async Task In_a_dialog_who_is_blocked_reads_reports_deletes_their_own_and_leaves_and_nothing_else()
    {
        var scene = await _stage.Dialog();
        var (blocker, blocked) = (scene.Cast[0], scene.Cast[1]);
        var theirs = await scene.Sent(blocker);
        var own = await scene.Sent(blocked);
        await _stage.Silo.Users.AddToBlackList(blocker.UserId, blocked.UserId);
        await scene.Grain.BlackListChanged();

        var keys = new RequestAddNewSessionKeys(scene.Uuid, [Scene.Value(blocker.UserId), Scene.Value(blocked.UserId)]);
        Assert.Equal(Statuses.Forbidden, (await scene.Send(blocked)).Refusal?.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.UpdateMemberNick(blocked, new UpdateMemberNick(scene.Uuid, "n", null))).Refusal?.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.Rename(blocked, new RequestRenameConversation(scene.Uuid, "t"))).Refusal?.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.AddNewSessionKeys(blocked, keys)).Refusal?.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.SetAvatar(blocked, new AvatarFile(Guid.NewGuid(), "image/png", 1))).Refusal?.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.MayAvatar(blocked, change: true)).Refusal?.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.MayAddFile(blocked, own.Uuid, "f", 1)).Refusal?.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.DeleteMessage(blocked, new RequestDeleteMessage(scene.Uuid, theirs.Uuid))).Refusal?.Status);
        Assert.Equal(Statuses.Forbidden, (await scene.Grain.Delete(blocked, new RequestDeleteConversation(scene.Uuid))).Refusal?.Status);

        Assert.Null((await scene.Grain.Typing(blocked, new RequestTyping(scene.Uuid))).Refusal);
        Assert.Null((await scene.Grain.MarkAllReaded(blocked, new RequestMarkAllReaded(scene.Uuid))).Refusal);
        Assert.Null((await scene.Grain.DeleteMessage(blocked, new RequestDeleteMessage(scene.Uuid, own.Uuid))).Refusal);
        Assert.Null((await scene.Send(blocker)).Refusal);
        Assert.DoesNotContain(_stage.Told.By(blocker), one => one.Type == nameof(NotificationTyping));
        Assert.Null((await scene.Grain.Leave(blocked, new RequestLeaveConversation(scene.Uuid))).Refusal);
    }
}
