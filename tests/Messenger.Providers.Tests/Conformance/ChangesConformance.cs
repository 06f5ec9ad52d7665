using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IChanges"/> promises, whatever is behind it.</summary>
public abstract class ChangesConformance(Store store)
{
    private const int Many = 1000;
    private readonly string _ann = Sample.User("ann");
    private readonly string _bob = Sample.User("bob");

    [Fact]
    public async Task What_changed_after_a_position_is_found_and_the_rest_is_not()
    {
        var (one, other) = (await Group(), await Group());
        var since = (await store.Changes.Now()).Position;
        Assert.Empty(await Changed(since));

        await Commit(Sample.Said(one, Sample.Message(1, _bob)));
        Assert.Equal([one], await Changed(since));

        since = (await store.Changes.Now()).Position;
        await Commit(new(other, 0) { Receipts = [Sample.Receipt(_bob, "1", "1")], Notifies = false });
        Assert.Equal([other], await Changed(since));

        since = (await store.Changes.Now()).Position;
        await Commit(new(one, 0) { Marks = [new(1, Deleted: true, Objectionable: false)], Notifies = false });
        await store.Changes.Touch([other]);
        Assert.Equal(new[] { one, other }.Order(), (await Changed(since)).Order());
        Assert.Equal(since, (await store.Changes.Now()) is { } later && later.Position > since ? since : -1);
    }

    [Fact]
    public async Task Parts_of_an_account_are_found_from_a_position_on_and_go_with_it()
    {
        var before = (await store.Changes.Now()).Position;
        Assert.Empty(await store.Changes.AccountChanges(_ann, before));
        await store.Changes.MarkAccount(_ann, "contacts");
        await store.Changes.MarkAccount(_bob, "keys");
        var between = (await store.Changes.Now()).Position;
        await store.Changes.MarkAccount(_ann, "params");
        Assert.Equal(["contacts", "params"], (await store.Changes.AccountChanges(_ann, before)).Order());
        Assert.Equal(["params"], await store.Changes.AccountChanges(_ann, between));
        await store.Changes.MarkAccount(_ann, "contacts");
        Assert.Equal(["contacts", "params"], (await store.Changes.AccountChanges(_ann, between)).Order());
        await store.Users.Remove(_ann);
        Assert.Empty(await store.Changes.AccountChanges(_ann, 0));
        Assert.Equal(["keys"], await store.Changes.AccountChanges(_bob, 0));
    }

    [Fact]
    public async Task Conversations_come_in_an_order_that_pages_can_be_cut_from()
    {
        var all = new HashSet<Guid>();
        for (var i = 0; i < 7; i++)
        {
            all.Add(await Group());
        }

        List<Guid> found = [];
        while (await store.Changes.Changed(_ann, 0, found.LastOrDefault(), 2) is { Count: > 0 } page)
        {
            found.AddRange(page);
        }

        Assert.Equal(7, found.Count);
        Assert.Equal(all, found.ToHashSet());

        List<ActiveConversation> newest = [];
        while (await store.Changes.Newest(_ann, newest.LastOrDefault() ?? ActiveConversation.First, 3) is { Count: > 0 } page)
        {
            newest.AddRange(page);
        }

        Assert.Equal(all, newest.Select(one => one.Conversation).ToHashSet());
        Assert.Equal(newest.OrderByDescending(one => one.At).Select(one => one.At), newest.Select(one => one.At));
    }

    [Fact]
    public async Task What_is_not_ones_own_any_more_is_found_until_one_is_back()
    {
        var (left, deleted) = (await Group(), await Group());
        var since = (await store.Changes.Now()).Position;
        await Commit(new(left, 0) { Members = [Sample.Member(_ann, 1, left: 1)], Removals = [new(_ann, RemovalReasons.Kicked, Sample.Now)], Notifies = false });
        var header = Sample.Conversation(Guid.NewGuid(), _ann) with { Deleted = true };
        await Commit(new(deleted, 0) { Header = header, Removals = [new(_ann, RemovalReasons.Deleted, Sample.Now)], Notifies = false });

        var removed = await store.Changes.Removed(_ann, since, Guid.Empty, 10, 0);
        Assert.Equal(
            new[] { (left, RemovalReasons.Kicked), (deleted, RemovalReasons.Deleted) }.Order(), removed.Select(one => (one.Conversation, one.Reason)).Order());
        Assert.Single(await store.Changes.Removed(_ann, since, removed[0].Conversation, 10, 0));
        Assert.Empty(await store.Changes.Removed(_ann, since, Guid.Empty, 10, Sample.Now + 1));
        Assert.Empty(await Changed(since));

        await Commit(new(left, 0) { Members = [Sample.Member(_ann, 1)], Notifies = false });
        Assert.Equal([deleted], (await store.Changes.Removed(_ann, since, Guid.Empty, 10, 0)).Select(one => one.Conversation));
        Assert.Equal([left], await Changed(since));
    }

    [Fact]
    public async Task People_who_share_a_conversation_are_found_by_what_others_see_of_them()
    {
        await Group();
        var stranger = Sample.User("cid");
        foreach (var user in new[] { _bob, stranger })
        {
            await store.Users.Put(User(user));
        }

        var since = (await store.Changes.Now()).Position;
        await store.Users.Put(User(_bob) with { LastLogin = Sample.Now + 9 });
        Assert.Empty(await store.Changes.ChangedPeople(_ann, since, "", 10));

        await store.Users.Put(User(_bob) with { Nick = "another" });
        await store.Users.Put(User(stranger) with { Nick = "another" });
        Assert.Equal([_bob], await store.Changes.ChangedPeople(_ann, since, "", 10));
        Assert.Empty(await store.Changes.ChangedPeople(_ann, since, _bob, 10));
    }

    [Fact]
    public async Task A_new_epoch_is_another_one()
    {
        var before = await store.Changes.Now();
        Assert.Equal(before.Epoch, (await store.Changes.Now()).Epoch);
        await store.Changes.DrawEpoch();
        Assert.NotEqual(before.Epoch, (await store.Changes.Now()).Epoch);
    }

    [Fact]
    public async Task Of_the_conversations_of_a_page_alone_everything_is_read()
    {
        var (one, other) = (await Group(), await Group());
        await Commit(Sample.Said(other, Sample.Message(1, _bob)));
        var row = Assert.Single(await store.Changes.Read(_ann, [other, Guid.NewGuid()]));
        Assert.Equal((other, 1), (row.Conversation, row.Unread));
        Assert.Equal(2, (await store.Changes.Read(_ann, [one, other])).Count);
        Assert.Empty(await store.Changes.Read(_ann, []));
    }

    /// <summary>Not how fast, which depends on the machine: that a thousand conversations of which five changed are no thousand rows.</summary>
    [Fact]
    public async Task Five_of_a_thousand_that_changed_are_five()
    {
        List<Guid> all = [];
        for (var i = 0; i < Many; i++)
        {
            all.Add(Guid.NewGuid());
        }

        await Task.WhenAll(all.Select(conversation => Commit(Sample.Created(conversation, Guid.NewGuid(), false, _ann, _bob))));
        var since = (await store.Changes.Now()).Position;
        await Task.WhenAll(all.Take(5).Select(conversation => Commit(Sample.Said(conversation, Sample.Message(1, _bob)))));

        Assert.Equal(all.Take(5).ToHashSet(), (await Changed(since)).ToHashSet());
    }

    private static UserRow User(string id) =>
        new(id, "public", "private", "meta", "pair", "nick", Sample.Now, Sample.Now, Sample.Now, Sample.Now, Suspended: false);

    private async Task<Guid> Group()
    {
        var conversation = Guid.NewGuid();
        await Commit(Sample.Created(conversation, Guid.NewGuid(), false, _ann, _bob));
        return conversation;
    }

    private Task<IReadOnlyList<Guid>> Changed(long since) => store.Changes.Changed(_ann, since, Guid.Empty, 100);

    private async Task Commit(LogEntry entry) => Assert.Equal(LogOutcome.Committed, await store.Log.Append(entry));
}
