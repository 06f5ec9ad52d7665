using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public sealed class SendingTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task A_message_reaches_everyone_and_spares_the_asking_device()
    {
        var conversation = await _fixture.Group(3);
        var sent = await conversation.Sent(conversation.Members[0]);
        foreach (var person in conversation.Members)
        {
            var heard = await _fixture.Deliveries.Hears(person, "NotificationAddedMessageToConversation", 3);
            Assert.Equal(sent.Uuid, heard[^1].GetProperty("message").GetProperty("uuid").GetString());
        }

        Assert.Equal("app0", _fixture.Deliveries.By(conversation.Members[0])[^1].Except);
        Assert.Null(_fixture.Deliveries.By(conversation.Members[1])[^1].Except);
        Assert.Equal((3, 1, 1, false), (sent.Members, sent.ReadedMembers, sent.DeliveredMembers, sent.Readed));
    }

    [Fact]
    public async Task Everything_told_is_settled()
    {
        var conversation = await _fixture.Group(3);
        await conversation.Sent(conversation.Members[0]);
        await conversation.Grain.MarkAllReaded(conversation.Members[1], new RequestMarkAllReaded(conversation.Uuid));
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
    }

    [Fact]
    public async Task The_same_uuid_again_is_the_stored_message_and_nothing_twice()
    {
        var conversation = await _fixture.Dialog();
        var uuid = Guid.NewGuid();
        var first = await conversation.Sent(conversation.Members[0], uuid);
        var again = await conversation.Sent(conversation.Members[0], uuid);
        Assert.Equal(first, again);
        await conversation.Sent(conversation.Members[0]);
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 3);
    }

    [Fact]
    public async Task The_same_uuid_is_known_after_the_grain_forgot_it()
    {
        var conversation = await _fixture.Dialog();
        var uuid = Guid.NewGuid();
        var first = await conversation.Sent(conversation.Members[0], uuid);
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 2);
        await _fixture.Silo.Deactivate(conversation.Grain);

        // In the middle of new ones, as a phone does that sends its queue again.
        var results = await conversation.Grain.AddMessages(conversation.Members[0], new[] { conversation.Message(), conversation.Message(uuid), conversation.Message() }.AsImmutable());
        Assert.All(results, result => Assert.Null(result.Error));
        Assert.Equal(first.Created, TestConversation.Read(results[1].Value!).Created);
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 4);
    }

    [Fact]
    public async Task A_retry_that_overtakes_the_commit_waits_for_it()
    {
        var conversation = await _fixture.Dialog();
        var commit = new TaskCompletionSource();
        _fixture.Silo.Log.Before = _ => commit.Task;
        var message = conversation.Message();
        var first = conversation.Send(conversation.Members[0], message);
        var second = conversation.Send(conversation.Members[0], message);
        Assert.False(first.IsCompleted || second.IsCompleted);
        commit.SetResult();
        Assert.Equal(TestConversation.Read((await first).Value!), TestConversation.Read((await second).Value!));
        Assert.Single(_fixture.Silo.Log.Committed, entry => entry.Messages.Any(row => !row.IsEvent));
    }

    [Fact]
    public async Task Somebody_elses_uuid_is_a_conflict()
    {
        var conversation = await _fixture.Dialog();
        var uuid = Guid.NewGuid();
        await conversation.Sent(conversation.Members[0], uuid);
        Assert.Equal(Statuses.Conflict, (await conversation.Send(conversation.Members[1], conversation.Message(uuid))).Error!.Status);
    }

    [Fact]
    public async Task Created_strictly_increases_while_the_clock_stands()
    {
        var conversation = await _fixture.Dialog();
        var results = await conversation.Grain.AddMessages(conversation.Members[0], Enumerable.Range(0, 50).Select(_ => conversation.Message()).ToArray().AsImmutable());
        var times = results.Select(result => TestConversation.Read(result.Value!).Created).ToList();
        Assert.Equal(times.Distinct().Order(), times);
    }

    [Fact]
    public async Task An_unknown_session_key_or_reply_is_a_bad_request_and_spares_the_others()
    {
        var conversation = await _fixture.Dialog();
        var first = conversation.Message();
        var results = await conversation.Grain.AddMessages(conversation.Members[0], new[]
        {
            first,
            conversation.Message() with { SessionKeyUuid = Guid.NewGuid().ToString() },
            conversation.Message(reply: Guid.NewGuid()),
            conversation.Message(reply: Guid.Parse(first.MessageUuid)),
        }.AsImmutable());
        Assert.Equal([null, Statuses.BadRequest, Statuses.BadRequest, null], results.Select(result => result.Error?.Status));
    }

    [Fact]
    public async Task A_stranger_learns_nothing()
    {
        var conversation = await _fixture.Dialog();
        var stranger = await _fixture.Person(9);
        var refused = (await conversation.Send(stranger)).Error!;
        var none = (await _fixture.Silo.Grains.GetGrain<Contracts.IConversationGrain>(Guid.NewGuid())
            .AddMessages(stranger, new[] { conversation.Message() }.AsImmutable()))[0].Error!;
        Assert.Equal(none, refused);
        Assert.Equal(Statuses.NotFound, refused.Status);
    }

    [Fact]
    public async Task An_unknown_outcome_is_unavailable_and_the_retry_finds_what_was_written()
    {
        var conversation = await _fixture.Dialog();
        var message = conversation.Message();
        _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown, Written: true));
        Assert.Equal(Statuses.Unavailable, (await conversation.Send(conversation.Members[0], message)).Error!.Status);
        Assert.Null((await conversation.Send(conversation.Members[0], message)).Error);

        // Nobody had been told when the outcome was unknown: now everyone is, once.
        var heard = await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 2);
        Assert.Equal(message.MessageUuid, heard[1].GetProperty("message").GetProperty("uuid").GetString());
    }

    [Fact]
    public async Task What_was_written_with_an_unknown_outcome_is_told_without_a_retry_but_not_to_its_author_s_device()
    {
        var conversation = await _fixture.Dialog();
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        var message = conversation.Message();
        _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown, Written: true));
        _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
        Assert.Equal(Statuses.Unavailable, (await conversation.Send(conversation.Members[0], message)).Error!.Status);
        Assert.Equal(Statuses.Unavailable, (await conversation.Send(conversation.Members[0])).Error!.Status);

        var heard = await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 2);
        Assert.Equal(message.MessageUuid, heard[1].GetProperty("message").GetProperty("uuid").GetString());
        await _fixture.Deliveries.Hears(conversation.Members[0], "NotificationAddedMessageToConversation", 2);
        Assert.Equal(conversation.Members[0].Application, _fixture.Deliveries.By(conversation.Members[0])[^1].Except);
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        Assert.Equal(0, _fixture.Deliveries.Resyncs(conversation.Members[1]));
    }

    [Fact]
    public async Task A_message_that_the_store_refuses_is_its_sender_s_matter_alone()
    {
        var conversation = await _fixture.Dialog();
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        RequestAddMessage[] three = [conversation.Message(), conversation.Message(), conversation.Message()];
        _fixture.Silo.Log.Refuses = entry => entry.Messages.Any(row => row.UuidText == three[1].MessageUuid);

        var bad = conversation.Grain.AddMessages(conversation.Members[0], three.AsImmutable());
        var beside = conversation.Send(conversation.Members[1]);

        Assert.Equal([null, Statuses.BadRequest, null], (await bad).Select(result => result.Error?.Status));
        Assert.Null((await beside).Error);
        var heard = await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 4);
        Assert.Equal([three[0].MessageUuid, three[2].MessageUuid], heard
            .Select(one => one.GetProperty("message").GetProperty("uuid").GetString()).Where(uuid => three.Any(sent => sent.MessageUuid == uuid)));
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        Assert.All(conversation.Members, person => Assert.Equal(0, _fixture.Deliveries.Resyncs(person)));
    }

    [Fact]
    public async Task A_change_that_the_store_refuses_goes_from_memory_and_nobody_is_told_of_a_doubt()
    {
        var conversation = await _fixture.Dialog();
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Refused));

        var refused = await conversation.Grain.UpdateMemberNick(conversation.Members[0], new UpdateMemberNick(conversation.Id.ToString(), "bad", null));

        Assert.Equal(Statuses.BadRequest, refused.Error!.Status);
        Assert.Null((await conversation.Send(conversation.Members[1])).Error);
        var nicks = (await conversation.Grain.GetNicks(conversation.Members[1], new GetNicks(conversation.Id.ToString()))).Value!;
        Assert.DoesNotContain("bad", nicks.Nicks.Values);
        Assert.All(conversation.Members, person => Assert.Equal(0, _fixture.Deliveries.Resyncs(person)));
    }

    [Fact]
    public async Task A_creation_that_never_came_to_be_is_settled_and_can_be_tried_again()
    {
        var conversation = await _fixture.Dialog();
        var fresh = conversation with { Id = Guid.NewGuid() };
        _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Unknown));
        Assert.Equal(Statuses.Unavailable, (await fresh.Grain.Create(conversation.Members[0], fresh.Request(dialog: false))).Error!.Status);
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
        Assert.Null((await fresh.Grain.Create(conversation.Members[0], fresh.Request(dialog: false))).Error);
    }

    [Fact]
    public async Task What_comes_after_a_later_activation_s_becomes_a_doubt()
    {
        var conversation = await _fixture.Dialog();
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 1);
        _fixture.Deliveries.Answer = DeliveryResult.StaleTerm;
        await conversation.Sent(conversation.Members[0]);
        await DeliveryRecorder.Until(() => _fixture.Deliveries.Resyncs(conversation.Members[1]) > 0 && _fixture.Silo.Log.Unsettled.Count == 0);
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 1);
    }

    [Fact]
    public async Task What_cannot_be_handed_over_yet_is_tried_again_and_told_once_in_order()
    {
        var conversation = await _fixture.Dialog();
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 1);
        _fixture.Deliveries.Answer = DeliveryResult.RetryLater;
        var sent = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            sent.Add((await conversation.Sent(conversation.Members[0])).Uuid);
        }

        _fixture.Deliveries.Answer = DeliveryResult.Delivered;
        await DeliveryRecorder.Until(() =>
        {
            _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
            return _fixture.Silo.Log.Unsettled.Count == 0;
        });
        var heard = await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 6);
        Assert.Equal(sent, heard.Skip(1).Select(one => one.GetProperty("message").GetProperty("uuid").GetString()));
        Assert.Equal(0, _fixture.Deliveries.Resyncs(conversation.Members[1]));
    }

    [Fact]
    public async Task Who_cannot_be_told_for_long_is_doubted_and_holds_no_writer_up()
    {
        var conversation = await _fixture.Dialog();
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 1);
        _fixture.Deliveries.Answer = DeliveryResult.RetryLater;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++)
            {
                await conversation.Sent(conversation.Members[0]);
            }
        });
        await DeliveryRecorder.Until(() =>
        {
            _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
            return writing.IsCompleted && _fixture.Deliveries.Resyncs(conversation.Members[1]) > 0 && _fixture.Silo.Log.Unsettled.Count == 0;
        });
        await writing;
    }

    [Fact]
    public async Task Who_is_64_notices_behind_holds_back_whoever_writes_and_then_gets_all_of_them_in_order()
    {
        var conversation = await _fixture.Dialog();
        var (author, slow) = (conversation.Members[0], conversation.Members[1]);
        await _fixture.Deliveries.Hears(slow, "NotificationAddedMessageToConversation", 1);
        var taken = new TaskCompletionSource();
        var let = new TaskCompletionSource();
        _fixture.Deliveries.Before = user =>
        {
            if (user != slow.UserId)
            {
                return Task.CompletedTask;
            }

            taken.TrySetResult();
            return let.Task;
        };
        var sent = new List<string> { (await conversation.Sent(author)).Uuid };
        await taken.Task.WaitAsync(TimeSpan.FromSeconds(20));
        while (sent.Count <= 64)
        {
            sent.Add((await conversation.Sent(author).WaitAsync(TimeSpan.FromSeconds(20))).Uuid);
        }

        var held = conversation.Sent(author);
        await _fixture.Deliveries.Hears(author, "NotificationAddedMessageToConversation", 1 + sent.Count + 1);
        Assert.NotSame(held, await Task.WhenAny(held, Task.Delay(TimeSpan.FromMilliseconds(200))));
        let.SetResult();
        sent.Add((await held.WaitAsync(TimeSpan.FromSeconds(20))).Uuid);
        var heard = await _fixture.Deliveries.Hears(slow, "NotificationAddedMessageToConversation", 1 + sent.Count);
        Assert.Equal(sent, heard.Skip(1).Select(one => one.GetProperty("message").GetProperty("uuid").GetString()));
        Assert.Equal(0, _fixture.Deliveries.Resyncs(slow));
    }

    [Fact]
    public async Task A_fenced_activation_drops_its_state_and_writes_again_after_loading()
    {
        var conversation = await _fixture.Dialog();
        _fixture.Silo.Log.Next.Enqueue(new FakeLog.Scripted(LogOutcome.Fenced));
        var message = conversation.Message();
        Assert.Equal(Statuses.Unavailable, (await conversation.Send(conversation.Members[0], message)).Error!.Status);
        Assert.Null((await conversation.Send(conversation.Members[0], message)).Error);
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 2);
    }

    [Fact]
    public async Task A_hand_over_that_fails_becomes_a_doubt_and_holds_nobody_else_up()
    {
        var conversation = await _fixture.Group(3);
        await _fixture.Deliveries.Hears(conversation.Members[1], "NotificationAddedMessageToConversation", 2);
        var broken = conversation.Members[1].UserId;
        _fixture.Deliveries.Before = user => user == broken ? throw new TimeoutException() : Task.CompletedTask;
        var sent = await conversation.Sent(conversation.Members[0]);
        var heard = await _fixture.Deliveries.Hears(conversation.Members[2], "NotificationAddedMessageToConversation", 3);
        Assert.Equal(sent.Uuid, heard[^1].GetProperty("message").GetProperty("uuid").GetString());
        await DeliveryRecorder.Until(() =>
        {
            _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
            return _fixture.Deliveries.Resyncs(conversation.Members[1]) > 0;
        });
        await DeliveryRecorder.Until(() => _fixture.Silo.Log.Unsettled.Count == 0);
    }

    [Fact]
    public async Task A_blacklisted_author_is_refused_in_the_dialog_alone()
    {
        var dialog = await _fixture.Dialog();
        var group = await _fixture.Create([.. dialog.Members, await _fixture.Person(2)], dialog: false);
        await _fixture.Silo.Users.AddToBlackList(dialog.Members[1].UserId, dialog.Members[0].UserId);
        await dialog.Grain.BlackListChanged();
        Assert.Equal(Statuses.Forbidden, (await dialog.Send(dialog.Members[0])).Error!.Status);
        Assert.Null((await dialog.Send(dialog.Members[1])).Error);
        Assert.Null((await group.Send(dialog.Members[0])).Error);
        foreach (var person in dialog.Members)
        {
            Assert.True((await dialog.Grain.Get(person, new RequestGetConversationFull(dialog.Uuid, null))).Value!.Conversation.Blocked);
        }
    }

    [Fact]
    public async Task In_a_dialog_who_is_blocked_reads_reports_deletes_their_own_and_leaves_and_nothing_else()
    {
        var conversation = await _fixture.Dialog();
        var (blocker, blocked) = (conversation.Members[0], conversation.Members[1]);
        var theirs = await conversation.Sent(blocker);
        var own = await conversation.Sent(blocked);
        await _fixture.Silo.Users.AddToBlackList(blocker.UserId, blocked.UserId);
        await conversation.Grain.BlackListChanged();

        var keys = new RequestAddNewSessionKeys(conversation.Uuid, [TestConversation.Value(blocker.UserId), TestConversation.Value(blocked.UserId)]);
        Assert.Equal(Statuses.Forbidden, (await conversation.Send(blocked)).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.UpdateMemberNick(blocked, new UpdateMemberNick(conversation.Uuid, "n", null))).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.Rename(blocked, new RequestRenameConversation(conversation.Uuid, "t"))).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.AddNewSessionKeys(blocked, keys)).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.SetAvatar(blocked, new AvatarFile(Guid.NewGuid(), "image/png", 1))).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.MayAvatar(blocked, change: true)).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.MayAddFile(blocked, own.Uuid, "f", 1)).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.DeleteMessage(blocked, new RequestDeleteMessage(conversation.Uuid, theirs.Uuid))).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await conversation.Grain.Delete(blocked, new RequestDeleteConversation(conversation.Uuid))).Error?.Status);

        Assert.Null((await conversation.Grain.Typing(blocked, new RequestTyping(conversation.Uuid))).Error);
        Assert.Null((await conversation.Grain.MarkAllReaded(blocked, new RequestMarkAllReaded(conversation.Uuid))).Error);
        Assert.Null((await conversation.Grain.DeleteMessage(blocked, new RequestDeleteMessage(conversation.Uuid, own.Uuid))).Error);
        Assert.Null((await conversation.Send(blocker)).Error);
        Assert.DoesNotContain(_fixture.Deliveries.By(blocker), one => one.Type == nameof(NotificationTyping));
        Assert.Null((await conversation.Grain.Leave(blocked, new RequestLeaveConversation(conversation.Uuid))).Error);
    }
}
