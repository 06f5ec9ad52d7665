using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IConversationDirectory"/> promises, whatever is behind it.</summary>
public abstract class ConversationDirectoryConformance(Store store)
{
    private readonly string _ann = Sample.User("ann");
    private readonly string _bob = Sample.User("bob");
    private readonly string _cid = Sample.User("cid");
    private readonly Guid _key = Guid.NewGuid();

    [Fact]
    public async Task A_sync_tells_everything_of_every_conversation()
    {
        var group = Guid.NewGuid();
        var created = Sample.Created(group, _key, false, _bob, _ann, _cid);
        var rows = new[]
        {
            Sample.Message(1, _bob), Sample.Message(2, _bob), Sample.Message(3, _ann), Sample.Message(4, _cid, eventType: "Renamed"),
            Sample.Message(5, _cid), Sample.Message(6, _bob),
        };
        await Commit(created with { Messages = rows, Receipts = [Sample.Receipt(_ann, "1"), Sample.Receipt(_bob, "1-6", "1-6")] });
        var quiet = Guid.NewGuid();
        await Commit(Sample.Created(quiet, Guid.NewGuid(), true, _ann, _bob) with { NewKey = null, Keys = [] });

        var sync = (await store.Conversations.Sync(_ann)).ToDictionary(row => row.Conversation);

        Assert.Equal(2, sync.Count);
        var told = sync[group];
        Assert.Equal(created.Header, told.Header);
        Assert.Equal(created.Members, told.Members);
        Assert.Equal(rows[5], told.Last);
        Assert.Equal(2, told.Receipts.Count);
        Assert.Equal(3, told.Unread);
        Assert.Equal(rows[1].UuidText, told.FirstUnread);
        Assert.Equal(Sample.Key(_key, _ann), told.Key);
        Assert.True(sync[quiet] is { Last: null, Unread: 0, FirstUnread: null, Key: null, Receipts.Count: 0, Members.Count: 2 });
    }

    [Fact]
    public async Task What_came_before_joining_and_what_is_deleted_does_not_count()
    {
        var group = Guid.NewGuid();
        var rows = Enumerable.Range(1, 6).Select(sequence => Sample.Message(sequence, _bob)).ToArray();
        await Commit(Sample.Created(group, _key, false, _bob) with { Messages = rows[..2] });
        await Commit(new(group, 0) { Members = [Sample.Member(_ann, 2, joined: 3)] });
        Assert.True(Assert.Single(await store.Conversations.Sync(_ann)) is { Last: null, Unread: 0 });

        await Commit(new(group, 0) { Messages = rows[2..], Marks = [new(3, Deleted: true, Objectionable: false)] });
        await Commit(new(group, 0) { Marks = [new(6, Deleted: true, Objectionable: false)] });

        var told = Assert.Single(await store.Conversations.Sync(_ann));
        Assert.Equal(2, told.Unread);
        Assert.Equal(rows[3].UuidText, told.FirstUnread);
        Assert.Equal(rows[5] with { Deleted = true, Body = null, Iv = null }, told.Last);
    }

    [Fact]
    public async Task Who_came_back_counts_what_was_not_read_in_every_stay()
    {
        var group = Guid.NewGuid();
        var rows = Enumerable.Range(1, 9).Select(sequence => Sample.Message(sequence, _bob)).ToArray();
        await Commit(Sample.Created(group, _key, false, _bob) with
        {
            Messages = rows,
            Members = [Sample.Member(_ann, 2, joined: 7) with { Earlier = new("2-3") }],
            Receipts = [Sample.Receipt(_ann, "1-2,8", "1-9")],
        });

        var told = Assert.Single(await store.Conversations.Sync(_ann));
        Assert.Equal((3, rows[2].UuidText), (told.Unread, told.FirstUnread));
        Assert.Equal(rows[8], told.Last);
        Assert.Equal(3, await store.Unread.Unread(_ann, 999));
        Assert.Equal(3, await store.Log.CountUnread(group, _ann, [new(3, 3), new(7, 7), new(9, long.MaxValue)]));
    }

    [Fact]
    public async Task Who_left_may_still_read_there_until_the_account_ends()
    {
        var (left, between, ended, deleted) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        foreach (var conversation in new[] { left, between, ended, deleted })
        {
            await Commit(Sample.Created(conversation, _key, false, _ann, _bob));
        }

        var gone = Sample.Member(_bob, 2, left: 4);
        await Commit(new(left, 0) { Members = [gone] });
        await Commit(new(between, 0) { Members = [gone with { JoinedAt = 1, LeftAt = 0, Earlier = new("1-2") }] });
        await Commit(new(ended, 0) { Members = [gone.WithoutAccount()] });
        await Commit(new(deleted, 0) { Header = Sample.Conversation(_key, _ann) with { Deleted = true } });

        Assert.Equal(new[] { left, between }.Order(), (await store.Conversations.EverOf(_bob)).Order());
        Assert.Empty(await store.Conversations.ConversationsOf(_bob));
        Assert.Contains(left, await store.Conversations.EverOf(_ann));
    }

    [Fact]
    public async Task Who_left_and_what_was_deleted_is_not_there()
    {
        var left = Guid.NewGuid();
        var deleted = Guid.NewGuid();
        var stays = Guid.NewGuid();
        await Commit(Sample.Created(left, _key, false, _ann, _bob));
        await Commit(Sample.Created(stays, _key, false, _ann, _cid));
        var created = Sample.Created(deleted, _key, true, _ann, _bob);
        await Commit(created);

        await Commit(new(left, 0) { Members = [Sample.Member(_ann, 1, left: 5)] });
        await Commit(new(deleted, 0) { Header = created.Header! with { Deleted = true } });

        Assert.Equal([stays], await store.Conversations.ConversationsOf(_ann));
        Assert.Equal(stays, Assert.Single(await store.Conversations.Sync(_ann)).Conversation);
        Assert.Equal([_cid], await store.Conversations.CompanionsOf(_ann));
        Assert.Empty(await store.Conversations.DialogsOf(_ann, _bob));
        Assert.Equal([left], await store.Conversations.ConversationsOf(_bob));
    }

    [Fact]
    public async Task Companions_are_told_once_and_dialogs_are_of_two()
    {
        var dialog = Guid.NewGuid();
        await Commit(Sample.Created(dialog, _key, true, _ann, _bob));
        await Commit(Sample.Created(Guid.NewGuid(), _key, true, _cid, _bob));
        await Commit(Sample.Created(Guid.NewGuid(), _key, false, _ann, _bob, _cid));
        var lost = Sample.User("lost");
        await Commit(Sample.Created(Guid.NewGuid(), _key, false, _ann, lost) with
        {
            Members = [Sample.Member(_ann, 1), Sample.Member(lost, 2, left: 1)],
        });

        Assert.Equal(new[] { _bob, _cid }.Order(), (await store.Conversations.CompanionsOf(_ann)).Order());
        Assert.Equal([dialog], await store.Conversations.DialogsOf(_ann, _bob));
        Assert.Equal([dialog], await store.Conversations.DialogsOf(_bob, _ann));
        Assert.Empty(await store.Conversations.DialogsOf(_ann, _cid));
    }

    [Fact]
    public async Task A_stranger_has_nothing()
    {
        var stranger = Sample.User("stranger");

        Assert.Empty(await store.Conversations.Sync(stranger));
        Assert.Empty(await store.Conversations.ConversationsOf(stranger));
        Assert.Empty(await store.Conversations.CompanionsOf(stranger));
    }

    private async Task Commit(LogEntry entry) => Assert.Equal(LogOutcome.Committed, await store.Log.Append(entry));
}
