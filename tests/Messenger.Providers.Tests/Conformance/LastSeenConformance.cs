using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>Who is shown when somebody was here last, whatever is behind it.</summary>
public abstract class LastSeenConformance(Store store)
{
    private readonly string _ann = Sample.User("ann");
    private readonly string _bob = Sample.User("bob");
    private readonly string _cid = Sample.User("cid");
    private readonly Guid _group = Guid.NewGuid();

    [Fact]
    public async Task To_contacts_and_to_people_of_accepted_conversations()
    {
        await Begin();

        // Bob made it, so Ann sees him; she has not accepted it, nor has Cid.
        Assert.Equal([_bob], await Seen(_ann));
        Assert.Empty(await Seen(_bob));
        await store.Log.Append(new(_group, 0) { Messages = [Sample.Message(1, _ann)], Accepts = [_ann], Notifies = false });
        Assert.Equal([_ann], await Seen(_bob));
        Assert.Equal(Of(_ann, _bob), await Seen(_cid));

        // Bob as a contact is one who sees Cid, and Bob's group one that Cid accepted: Ann is in it.
        await Know(_cid, _bob, version: 1);
        Assert.Equal(Of(_ann, _cid), await Seen(_bob));
        Assert.Equal(Of(_bob, _cid), await Seen(_ann));
    }

    [Fact]
    public async Task Who_left_shows_nothing_by_that_conversation_nor_does_one_that_is_gone()
    {
        await Begin();
        await store.Log.Append(new(_group, 0) { Members = [Sample.Member(_bob, 1, left: 1)], Notifies = false });
        Assert.Empty(await Seen(_ann));

        var state = (await store.Log.Load(_group))!;
        var back = new LogEntry(_group, state.Term) { Members = [Sample.Member(_bob, 2)], Notifies = false };
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(back));
        Assert.Equal([_bob], await Seen(_ann));
        await store.Log.Append(new(_group, state.Term) { Header = state.Header with { Deleted = true }, Notifies = false });
        Assert.Empty(await Seen(_ann));
    }

    [Fact]
    public async Task As_each_wishes_and_who_hides_sees_nobody()
    {
        await Begin();
        await Wish(_bob, LastSeen.Contacts);
        Assert.Empty(await Seen(_ann));
        await Know(_bob, _ann, version: 1);
        Assert.Equal([_bob], await Seen(_ann));
        Assert.Equal(LastSeen.Contacts, (await store.Users.Find(_bob))!.LastSeen);

        await Wish(_bob, LastSeen.Nobody);
        Assert.Empty(await Seen(_ann));
        await Know(_ann, _bob, version: 1);
        Assert.Empty(await Seen(_bob));
        await Wish(_bob, LastSeen.Everyone);
        Assert.Equal([_ann], await Seen(_bob));
    }

    [Fact]
    public async Task Whom_somebody_blacklisted_sees_nothing_of_them()
    {
        await Begin();
        await Know(_bob, _ann, version: 1);
        await store.Users.AddToBlackList(_bob, _ann);
        Assert.Empty(await Seen(_ann));
        Assert.Equal([_bob], await Seen(_cid));
        await store.Users.RemoveFromBlackList(_bob, _ann);
        Assert.Equal([_bob], await Seen(_ann));
    }

    /// <summary>Three people, and a group that Bob made for the others.</summary>
    private async Task Begin()
    {
        foreach (var user in new[] { _ann, _bob, _cid })
        {
            await Wish(user, LastSeen.Everyone);
        }

        await store.Log.Append(Sample.Created(_group, Guid.NewGuid(), dialog: false, _bob, _ann, _cid) with
        {
            Creates = true,
            Invitations = [new(_ann, _bob), new(_cid, _bob)],
        });
    }

    private async Task<string[]> Seen(string asker) =>
        [.. (await store.Users.Showing(asker, [.. new[] { _ann, _bob, _cid, Sample.User("nobody") }.Where(user => user != asker)])).Order(StringComparer.Ordinal)];

    private static string[] Of(params string[] users) => [.. users.Order(StringComparer.Ordinal)];

    private Task Wish(string user, LastSeen wish) => store.Users.Put(new UserRow(user, null, null, null, null, null, 1, 2, 3, 4, Suspended: false) { LastSeen = wish });

    private Task Know(string user, string contact, long version) =>
        store.Contacts.Put(user, [new ContactRow(contact, null, null, null)], 0, version, replace: false);
}
