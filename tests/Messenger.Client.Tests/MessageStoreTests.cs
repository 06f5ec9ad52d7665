using Messenger.Client.Profiles;
using Messenger.Client.Storage;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>The SQLite store: what belongs together is there whole or not at all, over a process that ends anywhere.</summary>
public sealed class MessageStoreTests : IDisposable
{
    private const string Dialog = "A1B2";
    private readonly string _folder = Directory.CreateTempSubdirectory("messenger-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_arrived_is_stored_with_the_cursor_and_not_before()
    {
        using (var store = Open())
        {
            store.Arrived(From("m1", 1), "me");
            store.SaveProgress(new Progress { Cursor = "c1" });
            store.Arrived(From("m2", 2), "me");
        }

        // The process ended before the second one was handled: neither is there.
        using var again = Open();
        Assert.Equal("c1", again.LoadProgress().Cursor);
        Assert.Equal(["m1"], again.Messages(Dialog).Select(one => one.Uuid));

        // It comes again, and twice: it is shown once, and acknowledged once.
        again.Arrived(From("M2", 2), "me");
        again.Arrived(From("m2", 2), "me");
        again.SaveProgress(new Progress { Cursor = "c2" });
        Assert.Equal(["m1", "M2"], again.Messages(Dialog).Select(one => one.Uuid));
        Assert.Equal(2, again.Waiting);
    }

    [Fact]
    public void What_was_accepted_survives_with_what_was_sealed_and_leaves_with_its_answer()
    {
        using (var store = Open())
        {
            Accept(store, "m1", "one");
            Accept(store, "m2", "two");
            store.Seal(store.First(Dialog)!, new RequestAddMessage("body", Dialog, false, "iv", "m1", null, "key"));
        }

        using var again = Open();
        var first = again.First(Dialog)!;
        Assert.Equal(("m1", "body"), (first.MessageUuid, first.Request!.BodyEncryptedBase64));
        again.Done(first, From("m1", 7) with { UserId = "me" });
        var second = again.First(Dialog)!;
        Assert.Equal("m2", second.MessageUuid);
        again.Failed(second, Statuses.Forbidden);
        Assert.Null(again.First(Dialog));
        Assert.Equal(
            [("m1", MessageState.Sent, null, "one"), ("m2", MessageState.Failed, Statuses.Forbidden, "two")],
            again.Messages(Dialog).Select(one => (one.Uuid, one.State, one.Status, one.Text)));
    }

    [Fact]
    public void A_full_outbox_accepts_nothing_and_drops_nothing()
    {
        using var store = Open();
        for (var number = 0; number < MessageStore.OutboxBound; number++)
        {
            Accept(store, $"m{number}", "text");
        }

        Assert.Throws<OutboxFullException>(() => Accept(store, "one more", "text"));
        Assert.Equal(MessageStore.OutboxBound, store.Waiting);
        Assert.Equal(MessageStore.OutboxBound, store.Messages(Dialog).Count);
    }

    [Fact]
    public void A_deleted_message_keeps_neither_text_nor_body()
    {
        using var store = Open();
        store.Arrived(From("m1", 1), "me");
        store.SaveProgress(new Progress());
        store.Opened("m1", "a slip");
        store.Deleted(Dialog, "m1");
        store.SaveProgress(new Progress());
        var left = Assert.Single(store.Messages(Dialog));
        Assert.Null(left.Text);
        Assert.True(left.Message is { Deleted: true, BodyEncryptedBase64: null });
    }

    [Fact]
    public void Two_processes_do_not_share_it()
    {
        using var store = Open();
        Assert.Throws<ProfileInUseException>(Open);
    }

    private static void Accept(MessageStore store, string uuid, string text) =>
        store.Accept(new StoredMessage(uuid, Dialog, "me", null, MessageState.Sending, null, text, null), replyTo: null);

    private static Message From(string uuid, long created) => new(
        uuid, Dialog, "key", "bob", "iv", "body", created, HasFiles: false, Readed: false, UserNick: null, IsEvent: false, EventType: null, EventUserId: null, Members: 2,
        ReadedMembers: 1, DeliveredMembers: 1, Objectionable: false, Deleted: false, ReplyMessageUuid: null);

    private MessageStore Open() => MessageStore.Open(Path.Combine(_folder, "messages.db"));
}
