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
    public async Task A_list_of_more_bytes_than_are_wanted_is_not_read_on()
    {
        foreach (var body in (string[])["four", "more"])
        {
            await Commit(Sample.Created(Guid.NewGuid(), Guid.NewGuid(), false, _bob, _ann) with { NewKey = null, Keys = [], Messages = [Sample.Message(1, _bob, body)] });
        }

        Assert.Equal(2, (await store.Conversations.Sync(_ann, mostBytes: 8)).Count);
        await Assert.ThrowsAsync<ListTooLargeException>(() => store.Conversations.Sync(_ann, mostBytes: 7));

        // The connection that was left in the middle serves the next.
        Assert.Equal(2, (await store.Conversations.Sync(_ann)).Count);
    }

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
        Assert.Equal(3, (await store.Unread.Unread(_ann, group, 999)).Badge);
        Assert.Equal(3, await store.Log.CountUnread(group, _ann, [new(3, 3), new(7, 7), new(9, long.MaxValue)]));
    }

    [Fact]
    public async Task A_silent_message_is_the_last_one_and_counts_nowhere()
    {
        var (group, other) = (Guid.NewGuid(), Guid.NewGuid());
        var loud = Sample.Message(1, _bob);
        var silent = Sample.Message(2, _bob) with { Created = loud.Created + 9, Active = loud.Created };
        await Commit(Sample.Created(group, _key, false, _bob, _ann) with { Messages = [loud, silent] });
        await Commit(Sample.Created(other, Guid.NewGuid(), false, _bob, _ann) with { Messages = [Sample.Message(1, _bob) with { Created = loud.Created + 5 }] });

        var told = (await store.Conversations.Sync(_ann)).Single(row => row.Conversation == group);
        Assert.Equal((1, loud.UuidText, silent), (told.Unread, told.FirstUnread, told.Last));
        Assert.Equal(2, (await store.Unread.Unread(_ann, group, 999)).Badge);
        Assert.Equal(1, await store.Log.CountUnread(group, _ann, [new(1, 9)]));
        Assert.Equal([other, group], (await store.Changes.Newest(_ann, ActiveConversation.First, 9)).Select(one => one.Conversation));
        var state = await store.Log.Load(group);
        Assert.Equal((silent.Created, (long?)loud.Created), (state!.LastCreated, state.LastActive));
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
    public async Task Who_wrote_or_has_the_caller_in_the_contacts_may_be_rung()
    {
        var group = Guid.NewGuid();
        await Commit(Sample.Created(group, _key, false, _ann, _bob, _cid));
        Task<IReadOnlyList<string>> Ringable() => store.Conversations.Ringable(group, _ann, [_bob, _cid, "somebody"]);
        Assert.Empty(await Ringable());
        await store.Contacts.Put(_cid, [new ContactRow(_ann, null, null, null)], 0, version: 1, replace: false);
        Assert.Equal([_cid], await Ringable());
        await Commit(new(group, 0) { Messages = [Sample.Message(1, _bob, eventType: "Renamed")] });
        Assert.Equal([_cid], await Ringable());
        await Commit(new(group, 0) { Messages = [Sample.Message(2, _ann), Sample.Message(3, _bob)] });
        Assert.Equal(new[] { _bob, _cid }.Order(StringComparer.Ordinal), (await Ringable()).Order(StringComparer.Ordinal));
        await Commit(new(group, 0) { Members = [Sample.Member(_bob, 2, left: 3)] });
        Assert.Equal([_cid], await Ringable());
    }

    [Fact]
    public async Task A_list_is_crowded_by_what_people_outside_the_contacts_made_and_nobody_touched()
    {
        const int most = 4, ofOne = 2, ofAll = 5;
        async Task<Guid> Made(string maker)
        {
            var id = Guid.NewGuid();
            await Commit(Sample.Created(id, _key, true, maker, _bob) with { Invitations = [new(_bob, maker)] });
            return id;
        }

        Task<IReadOnlyList<string>> Crowded(string maker, int many = most, int one = ofOne, int all = ofAll) =>
            store.Conversations.Crowded([_bob, _cid], maker, many, one, all);
        var (first, second) = (await Made(_ann), await Made(_ann));
        var (read, written) = (await Made(_cid), await Made(_cid));
        Assert.Equal([_bob], await Crowded(_ann));
        Assert.Equal([_bob], await Crowded(_cid));

        // Who made one, whoever else made many, is nobody's crowd, until the list is full for everybody outside the contacts.
        Assert.Empty(await Crowded("a newcomer"));
        var known = await Made("somebody");
        Assert.Empty(await Crowded("a newcomer", all: 6));
        Assert.Equal([_bob], await Crowded("a newcomer"));
        await store.Contacts.Put(_bob, [new ContactRow("a friend", null, null, null)], 0, version: 1, replace: false);
        Assert.Empty(await Crowded("a friend"));

        // What a contact made is accepted, from the moment at which the maker is one.
        await store.Contacts.Put(_bob, [new ContactRow("somebody", null, null, null)], 1, version: 2, replace: false);
        Assert.Empty(await Crowded("a newcomer"));
        await Made("somebody");
        Assert.Empty(await Crowded("a newcomer"));

        // So is what was written in; what was read is not, and counts for the hard bound alone.
        await Commit(new(written, 0) { Messages = [Sample.Message(1, _bob)], Accepts = [_bob] });
        Assert.Empty(await Crowded(_ann));
        Assert.Equal([_bob], await Crowded(_ann, many: 3));
        await Commit(new(read, 0) { Receipts = [Sample.Receipt(_bob, "1")] });
        Assert.Empty(await Crowded(_ann, many: 3));
        Assert.Equal([_bob], await Crowded(_ann, many: 2));
        Assert.Equal([_bob], await Crowded("a newcomer", all: 3));
        await store.Preferences.Put(_bob, new PreferenceRow(first, first.ToString(), long.MaxValue, Pinned: false, Archived: false, Data: null, Version: 1));
        Assert.Empty(await Crowded(_ann, many: 2));
        Assert.Equal([_bob], await Crowded(_ann, many: 1, one: 1));

        // Leaving frees the place; coming back by a stranger takes it again.
        await Commit(new(second, 0) { Members = [Sample.Member(_bob, 2, left: 1)], Removals = [new(_bob, RemovalReasons.Left, 1)] });
        Assert.Empty(await Crowded(_ann, many: 1, one: 1));
        await Commit(new(second, 0) { Members = [Sample.Member(_bob, 3)], Invitations = [new(_bob, _ann)] });
        Assert.Equal([_bob], await Crowded(_ann, many: 1, one: 1));
        Assert.NotEqual(known, first);
    }

    [Fact]
    public async Task A_row_tells_whether_it_is_accepted_and_a_contact_changes_it()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        await Commit(Sample.Created(one, _key, false, _ann, _bob) with { Invitations = [new(_bob, _ann)] });
        await Commit(Sample.Created(other, _key, false, _ann, _bob, _cid) with { Invitations = [new(_bob, _ann), new(_cid, _ann)] });
        async Task<string> Accepted(string user) => string.Join(' ', (await store.Conversations.Sync(user))
            .Where(row => row.Conversation == one || row.Conversation == other).OrderBy(row => row.Conversation != one).Select(row => row.Accepted));

        Assert.Equal("True True", await Accepted(_ann));
        Assert.Equal("False False", await Accepted(_bob));
        Assert.Equal(new[] { _bob, _cid }.Order(), (await store.Log.Load(other))!.Unaccepted.Order());
        await Commit(new(one, (await store.Log.Load(one))!.Term) { Messages = [Sample.Message(7, _bob)], Accepts = [_bob] });
        Assert.Equal("True False", await Accepted(_bob));

        var before = (await store.Changes.Now()).Position;
        await store.Contacts.Put(_bob, [new ContactRow(_ann, null, null, null)], 0, version: 1, replace: true);
        Assert.Equal("True True", await Accepted(_bob));
        Assert.Equal("False", await Accepted(_cid));
        Assert.Equal([other], await store.Changes.Changed(_bob, before, Guid.Empty, 10));
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
