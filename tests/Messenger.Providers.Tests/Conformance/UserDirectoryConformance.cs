using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IUserDirectory"/> promises, whatever is behind it.</summary>
public abstract class UserDirectoryConformance(Store store)
{
    private readonly string _ann = Sample.User("ann");
    private readonly string _bob = Sample.User("bob");
    private readonly string _cid = Sample.User("cid");

    private IUserDirectory Users => store.Users;

    [Fact]
    public async Task A_user_reads_back_and_is_replaced()
    {
        var full = new UserRow(_ann, "public", "private", "metadata", "pair", "nick", 1, 2, 3, 4, true);
        await Users.Put(full);
        Assert.Equal(full, await Users.Find(_ann));

        var bare = new UserRow(_ann, null, null, null, null, null, 5, 6, 7, 8, false);
        await Users.Put(bare);
        Assert.Equal(bare, await Users.Find(_ann));
        Assert.Null(await Users.Find(_bob));
    }

    [Fact]
    public async Task Many_are_found_in_one_go()
    {
        await Users.Put(Row(_ann));
        await Users.Put(Row(_bob));

        Assert.Equal(new[] { _ann, _bob }.Order(), (await Users.FindMany([_ann, _cid, _bob, _ann])).Select(user => user.UserId).Order());
        Assert.Equal([_bob], await Users.Registered([_cid, _bob]));
        Assert.Empty(await Users.Registered([]));
        Assert.Empty(await Users.FindMany([_cid]));
    }

    [Fact]
    public async Task A_blacklist_is_kept_in_order_and_idempotent()
    {
        await Users.AddToBlackList(_ann, _cid);
        await Users.AddToBlackList(_ann, _bob);
        await Users.AddToBlackList(_ann, _cid);
        await Users.AddToBlackList(_cid, _bob);

        Assert.Equal([_cid, _bob], await Users.BlackListOf(_ann));
        Assert.Equal(new[] { _ann, _cid }.Order(), (await Users.BlackListing(_bob, [_ann, _cid, _bob])).Order());
        Assert.Equal([_ann], await Users.BlackListing(_bob, [_ann]));

        await Users.RemoveFromBlackList(_ann, _cid);
        await Users.RemoveFromBlackList(_ann, _cid);
        Assert.Equal([_bob], await Users.BlackListOf(_ann));
    }

    [Fact]
    public async Task Who_is_removed_takes_the_own_blacklist_along_and_stays_on_those_of_others()
    {
        await Users.Put(Row(_ann));
        await Users.AddToBlackList(_ann, _bob);
        await Users.AddToBlackList(_bob, _ann);
        await Users.AddToBlackList(_bob, _cid);

        await Users.Remove(_ann);
        await Users.Remove(_ann);

        Assert.Null(await Users.Find(_ann));
        Assert.Empty(await Users.BlackListOf(_ann));
        Assert.Equal([_ann, _cid], await Users.BlackListOf(_bob));
        await Users.Put(Row(_ann));
        Assert.Equal([_bob], await Users.BlackListing(_ann, [_bob]));
    }

    private static UserRow Row(string id) => new(id, "public", null, null, "pair", null, 1, 1, 0, 1, false);

    [Fact]
    public async Task Contacts_are_rows_that_keep_their_places()
    {
        var (me, other) = (Sample.User("me"), Sample.User("other"));
        Assert.Equal(new ContactTotals(0, 0, 0, 0), await store.Contacts.TotalsOf(me));
        await store.Contacts.Put(me, [new("a", "id", null, null), new("b", null, "nick", null)], 0, version: 1, replace: false);
        await store.Contacts.Put(me, [new("c", null, null, "print"), new("a", "new id", null, null)], 2, version: 2, replace: false);
        await store.Contacts.Put(other, [new("a", null, null, null)], 0, version: 1, replace: false);
        Assert.Equal([new("a", "new id", null, null), new("b", null, "nick", null), new("c", null, null, "print")], await store.Contacts.Of(me));
        Assert.Equal(new ContactTotals(3, 18, 3, 2), await store.Contacts.TotalsOf(me));
        Assert.Equal([new("b", null, "nick", null)], await store.Contacts.Find(me, ["b", "x"]));
        await store.Contacts.Put(me, [new("d", null, null, null)], 0, version: 3, replace: true);
        Assert.Equal([new("d", null, null, null)], await store.Contacts.Of(me));
        await store.Contacts.Put(me, [], 0, version: 4, replace: true);
        Assert.Empty(await store.Contacts.Of(me));
        Assert.Equal(new ContactTotals(0, 0, 0, 4), await store.Contacts.TotalsOf(me));
        await store.Contacts.Remove(other);
        Assert.Empty(await store.Contacts.Of(other));
        Assert.Equal(new ContactTotals(0, 0, 0, 0), await store.Contacts.TotalsOf(other));
    }
}
