using System.Text;
using System.Text.Json;
using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Recovery;
using Messenger.Grains.Tests.Fakes;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

/// <summary>Messages that expire: the timer, what is shown when its time is over, and what the sweep does.</summary>
public sealed class ExpiryTests : IAsyncLifetime
{
    private ConversationFixture _fixture = null!;

    public async Task InitializeAsync() => _fixture = await ConversationFixture.Open();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task An_expired_message_is_as_deleted_everywhere_before_it_is_swept()
    {
        var conversation = await _fixture.Group(2);
        var (author, reader) = (conversation.Members[0], conversation.Members[1] with { Features = Features.Expiry });
        var sent = await Send(conversation, author, 5);
        var kept = await conversation.Sent(author);
        Assert.Equal(2, (await Get(conversation, reader)).Conversation.UnreadedCounter);
        var before = await See(conversation, reader, sent.Uuid);
        Assert.Equal((false, (long?)sent.Created + 5000), (before.Deleted, before.Expires));
        Assert.Null((await See(conversation, conversation.Members[1], sent.Uuid)).Expires);
        _fixture.Silo.Clock.Advance(TimeSpan.FromMilliseconds(4990));
        Assert.False((await See(conversation, reader, sent.Uuid)).Deleted);
        _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(1));

        // From memory, and from the log.
        for (var activation = 0; activation < 2; activation++)
        {
            foreach (var shown in await Everywhere(conversation, reader, sent.Uuid, kept.Uuid))
            {
                Assert.Equal((true, (string?)null, (string?)null, (string?)null, (long?)sent.Created + 5000), (shown.Deleted, shown.BodyEncryptedBase64, shown.IvBase64, shown.UserNick, shown.Expires));
            }

            Assert.Equal(1, (await Get(conversation, reader)).Conversation.UnreadedCounter);
            await _fixture.Silo.Deactivate(conversation.Grain);
        }
    }

    [Fact]
    public async Task The_smaller_of_the_two_times_counts_and_a_repeat_answers_the_first()
    {
        var conversation = await _fixture.Group(2);
        var author = conversation.Members[0];
        Assert.Null((await SetTimer(conversation, author, 100)).Error);
        foreach (var (asked, expected) in new (int?, int)[] { (null, 100), (0, 100), (30, 30), (200, 100) })
        {
            Assert.Equal(expected * 1000, await Lifetime(conversation, author, conversation.Message() with { ExpireSeconds = asked }));
        }

        var request = conversation.Message();
        Assert.Equal(100_000, await Lifetime(conversation, author, request));
        Assert.Null((await SetTimer(conversation, author, 0)).Error);
        await _fixture.Silo.Deactivate(conversation.Grain);
        Assert.Equal(100_000, await Lifetime(conversation, author, request with { ExpireSeconds = 20 }));
        Assert.Equal(20_000, await Lifetime(conversation, author, conversation.Message() with { ExpireSeconds = 20 }));
        Assert.Null(await Lifetime(conversation, author, conversation.Message()));
    }

    [Fact]
    public async Task A_silent_answer_expires_with_what_it_answers_also_within_one_call()
    {
        var conversation = await _fixture.Group(2);
        var author = conversation.Members[0] with { Features = Features.Expiry };
        var target = conversation.Message() with { ExpireSeconds = 50 };
        var reaction = conversation.Message(reply: Guid.Parse(target.MessageUuid)) with { Kind = MessageKinds.Silent };
        await conversation.Grain.AddMessages(author, new(new[] { target, reaction }));
        var expires = (await See(conversation, author, target.MessageUuid)).Expires;
        Assert.NotNull(expires);
        Assert.Equal(expires, (await See(conversation, author, reaction.MessageUuid)).Expires);

        // What is in the log alone is known too, a longer time of its own does not help, and a plain reply has its own time.
        await _fixture.Silo.Deactivate(conversation.Grain);
        var longer = conversation.Message(reply: Guid.Parse(target.MessageUuid)) with { Kind = MessageKinds.Silent, ExpireSeconds = 500 };
        var shorter = longer with { MessageUuid = Guid.NewGuid().ToString(), ExpireSeconds = 5 };
        var plain = conversation.Message(reply: Guid.Parse(target.MessageUuid));
        await conversation.Grain.AddMessages(author, new(new[] { longer, shorter, plain }));
        Assert.Equal(expires, (await See(conversation, author, longer.MessageUuid)).Expires);
        Assert.True((await See(conversation, author, shorter.MessageUuid)).Expires < expires);
        Assert.Null((await See(conversation, author, plain.MessageUuid)).Expires);
    }

    [Fact]
    public async Task The_sweep_deletes_once_and_every_device_hears_of_the_author()
    {
        var conversation = await _fixture.Group(3);
        var author = conversation.Members[1];
        var sent = new[] { await Send(conversation, author, 5), await Send(conversation, author, 5), await Send(conversation, author, 60) };
        _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(10));
        await Sweep();
        await Sweep();
        Assert.Empty(await _fixture.Silo.Log.Due(conversation.Id, _fixture.Silo.Now, 10));
        foreach (var one in conversation.Members)
        {
            var heard = await _fixture.Deliveries.Hears(one, nameof(DeleteMessageNotification), 2);
            Assert.Equal(sent.Take(2).Select(message => (message.Uuid, author.UserId)), heard.Select(told => (told.GetProperty("messageUuid").GetString()!, told.GetProperty("userId").GetString()!)));
            Assert.All(_fixture.Deliveries.By(one).Where(told => told.Type == nameof(DeleteMessageNotification)), told => Assert.Null(told.Except));
        }

        var marks = _fixture.Silo.Log.Committed.SelectMany(entry => entry.Marks).ToList();
        Assert.Equal(2, marks.Count);
        Assert.False((await See(conversation, author, sent[2].Uuid)).Deleted);
    }

    [Fact]
    public async Task Files_are_not_given_nor_taken_and_uploads_go_with_the_message()
    {
        var conversation = await _fixture.Group(2);
        var (author, reader) = (conversation.Members[0], conversation.Members[1]);
        var request = conversation.Message() with { HasFiles = true, ExpireSeconds = 5 };
        await conversation.Send(author, request);
        Assert.Null((await conversation.Grain.AddFile(author, request.MessageUuid, new MessageFile(Guid.NewGuid(), "name", "name", null, "image/png", 1, 1, null, 3))).Error);
        Assert.Single((await conversation.Grain.GetFiles(reader, request.MessageUuid)).Value!.Files);
        _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Empty((await conversation.Grain.GetFiles(reader, request.MessageUuid)).Value!.Files);
        Assert.Equal(Statuses.NotFound, (await conversation.Grain.MayAddFile(author, request.MessageUuid, "other", 3)).Error?.Status);
        await Sweep();
        Assert.Equal((author.UserId, Guid.Parse(request.MessageUuid)), Assert.Single(_fixture.Silo.Uploads.DroppedFor));
    }

    [Fact]
    public async Task More_than_one_deletion_holds_are_all_gone_after_one_sweep()
    {
        var conversation = await _fixture.Group(2);
        var author = conversation.Members[0];
        for (var call = 0; call < 5; call++)
        {
            await conversation.Grain.AddMessages(author, new([.. Enumerable.Range(0, 50).Select(_ => conversation.Message() with { ExpireSeconds = 5 })]));
        }

        _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(10));
        await Sweep();
        Assert.Empty(await _fixture.Silo.Log.Due(conversation.Id, _fixture.Silo.Now, 10));
    }

    [Fact]
    public async Task A_sweep_by_an_activation_that_was_taken_over_changes_nothing()
    {
        var conversation = await _fixture.Group(2);
        await Send(conversation, conversation.Members[0], 5);
        _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(10));

        // Another process loads it: what this one commits besides messages is fenced.
        await _fixture.Silo.Log.Load(conversation.Id);
        await Expire(conversation);
        Assert.DoesNotContain(_fixture.Silo.Log.Committed, entry => entry.Marks.Count > 0);
        Assert.DoesNotContain(_fixture.Deliveries.By(conversation.Members[1]), told => told.Type == nameof(DeleteMessageNotification));
        for (var tries = 0; (await _fixture.Silo.Log.Due(conversation.Id, _fixture.Silo.Now, 1)).Count > 0; tries++)
        {
            Assert.True(tries < 100, "who has it now does not sweep it");
            await Expire(conversation);
        }

        await _fixture.Deliveries.Hears(conversation.Members[1], nameof(DeleteMessageNotification), 1);
    }

    [Fact]
    public async Task A_sweep_that_the_store_did_not_confirm_is_made_up_for()
    {
        var conversation = await _fixture.Group(2);
        await Send(conversation, conversation.Members[0], 5);
        _fixture.Silo.Clock.Advance(TimeSpan.FromSeconds(10));
        _fixture.Silo.Log.Next.Enqueue(new(LogOutcome.Unknown));
        await Sweep();
        Assert.Single(await _fixture.Silo.Log.Due(conversation.Id, _fixture.Silo.Now, 10));
        await Sweep();
        Assert.Empty(await _fixture.Silo.Log.Due(conversation.Id, _fixture.Silo.Now, 10));
        await _fixture.Deliveries.Hears(conversation.Members[1], nameof(DeleteMessageNotification), 1);
    }

    [Fact]
    public async Task Admins_set_the_timer_which_is_an_event_and_survives()
    {
        var conversation = await _fixture.Group(3);
        var (admin, member) = (conversation.Members[0], conversation.Members[1] with { Features = Features.Expiry });
        Assert.Equal(Statuses.Forbidden, (await SetTimer(conversation, member, 60)).Error?.Status);
        Assert.Equal(Statuses.NotFound, (await SetTimer(conversation, await _fixture.Person(500), 60)).Error?.Status);
        Assert.Null((await SetTimer(conversation, admin, 60)).Error);
        Assert.Null((await SetTimer(conversation, admin, 60)).Error);
        await DeliveryRecorder.Until(() => _fixture.Deliveries.By(member).Any(told => told.Payload.Contains(EventTypes.ExpiryChanged, StringComparison.Ordinal)));
        Assert.Single(_fixture.Silo.Log.Committed, entry => entry.Messages.Any(row => row.EventType == EventTypes.ExpiryChanged));
        await _fixture.Silo.Deactivate(conversation.Grain);
        Assert.Equal(60, (await Get(conversation, member)).Conversation.ExpirySeconds);
        Assert.Null((await Get(conversation, admin)).Conversation.ExpirySeconds);
        Assert.Null((await Get(conversation, member)).LastMessage!.Expires);
    }

    [Fact]
    public async Task Either_side_of_an_open_dialog_sets_the_timer_and_nobody_of_a_closed_one()
    {
        var conversation = await _fixture.Dialog();
        var (one, other) = (conversation.Members[0], conversation.Members[1]);
        Assert.Null((await SetTimer(conversation, other, 60)).Error);
        Assert.Null((await SetTimer(conversation, one, 0)).Error);
        await conversation.Grain.Leave(other, new RequestLeaveConversation(conversation.Uuid));
        Assert.Equal(Statuses.Forbidden, (await SetTimer(conversation, one, 60)).Error?.Status);
    }

    [Fact]
    public async Task What_waits_in_an_inbox_says_nothing_of_what_has_expired()
    {
        var conversation = await _fixture.Group(2);
        var sent = await conversation.Send(conversation.Members[0], conversation.Message() with { ExpireSeconds = 5, Kind = MessageKinds.Silent });
        var stored = new SerializedNotification(nameof(NotificationAddedMessageToConversation), sent.Value!.Payload, Replayed: true, null, 0)
        {
            Additions = sent.Value.Additions,
            Expires = _fixture.Silo.Now + 5000,
        };
        var inbox = new Inbox(InboxBounds.Default, 1);
        inbox.Append(stored, _fixture.Silo.Now);
        inbox.Expire(_fixture.Silo.Now + 4999);
        Assert.Same(stored, inbox.After(0)!.Single());
        var restored = Inbox.Restore(InboxBounds.Default, inbox.Snapshot());
        restored.Expire(_fixture.Silo.Now + 5000);
        inbox.Append(SerializedNotification.From(new NotificationConversationDeleted(conversation.Uuid)), _fixture.Silo.Now + 5000);
        foreach (var told in new[] { inbox.After(0)![0], restored.After(0)![0] })
        {
            var merged = JsonDocument.Parse(Addition.Merge(told.Payload, told.Additions, Features.Hints | Features.Expiry).ToArray()).RootElement.GetProperty("message");
            Assert.Equal((true, JsonValueKind.Null, "silent"), (merged.GetProperty("deleted").GetBoolean(), merged.GetProperty("bodyEncryptedBase64").ValueKind, merged.GetProperty("kind").GetString()));
            Assert.True(merged.TryGetProperty("expires", out _));
            Assert.DoesNotContain("Ym9keQ==", Encoding.UTF8.GetString(told.Payload), StringComparison.Ordinal);
        }
    }

    private static async Task<Message[]> Everywhere(TestConversation conversation, Caller reader, string uuid, string next)
    {
        var here = conversation.Grain;
        return
        [
            await See(conversation, reader, uuid),
            (await here.GetMessagesFromUuid(reader, new RequestGetMessagesFromUuid(conversation.Uuid, 10, null))).Value!.Messages.Single(one => one.Uuid == uuid),
            (await here.GetMessagesFromUuid(reader, new RequestGetMessagesFromUuid(conversation.Uuid, 1, next))).Value!.Messages.Single(),
            (await here.GetMessages(reader, new RequestGetMessages(conversation.Uuid, null, 10))).Value!.Messages.Single(one => one.Uuid == uuid),
        ];
    }

    private static async Task<Message> Send(TestConversation conversation, Caller from, int seconds) =>
        TestConversation.Read((await conversation.Send(from, conversation.Message() with { ExpireSeconds = seconds })).Value!);

    /// <summary>Milliseconds from the answer's <c>created</c> to its <c>expires</c>; null where it has none.</summary>
    private static async Task<long?> Lifetime(TestConversation conversation, Caller from, RequestAddMessage request)
    {
        var answer = (await conversation.Send(from, request)).Value!;
        var message = JsonDocument.Parse(Addition.Merge(answer.Payload, answer.Additions, Features.Expiry).ToArray()).RootElement.GetProperty("message");
        return message.TryGetProperty("expires", out var expires) ? expires.GetInt64() - message.GetProperty("created").GetInt64() : null;
    }

    private static Task<Message> See(TestConversation conversation, Caller who, string uuid) => conversation.See(who, uuid);

    private static async Task<ResponseGetConversationFull> Get(TestConversation conversation, Caller who) =>
        (await conversation.Grain.Get(who, new RequestGetConversationFull(conversation.Uuid, null))).Value!;

    private IConversationExpiry Timer(TestConversation conversation) => _fixture.Silo.Grains.GetGrain<IConversationExpiry>(conversation.Id);

    private Task<Result> SetTimer(TestConversation conversation, Caller who, int seconds) =>
        Timer(conversation).SetExpiry(who, new RequestSetConversationExpiry(conversation.Uuid, seconds));

    private Task Expire(TestConversation conversation) => Timer(conversation).ExpireDue();

    private async Task Sweep()
    {
        using var service = new ExpiryService(_fixture.Silo.Log, new FakePushStore(), _fixture.Silo.Grains, null!, _fixture.Silo.Clock, NullLogger<ExpiryService>.Instance);
        Assert.False(await service.Sweep());
    }
}
