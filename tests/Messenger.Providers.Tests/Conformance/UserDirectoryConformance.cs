using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests.Conformance;

/// <summary>What <see cref="IUserDirectory"/> promises, whatever is behind it.</summary>
public abstract class UserDirectoryConformance(Store store)
{
    private readonly string ann = Sample.User("ann");
    private readonly string bob = Sample.User("bob");
    private readonly string cid = Sample.User("cid");

    private IUserDirectory Users => store.Users;

    [Fact]
    public async Task A_user_reads_back_and_is_replaced()
    {
        var full = new UserRow(ann, "public", "private", "metadata", "pair", "nick", 1, 2, 3, 4, true);
        await Users.Put(full);
        Assert.Equal(full, await Users.Find(ann));

        var bare = new UserRow(ann, null, null, null, null, null, 5, 6, 7, 8, false);
        await Users.Put(bare);
        Assert.Equal(bare, await Users.Find(ann));
        Assert.Null(await Users.Find(bob));
    }

    [Fact]
    public async Task Many_are_found_in_one_go()
    {
        await Users.Put(Row(ann));
        await Users.Put(Row(bob));

        Assert.Equal(new[] { ann, bob }.Order(), (await Users.FindMany([ann, cid, bob, ann])).Select(user => user.UserId).Order());
        Assert.Equal([bob], await Users.Registered([cid, bob]));
        Assert.Empty(await Users.Registered([]));
        Assert.Empty(await Users.FindMany([cid]));
    }

    [Fact]
    public async Task A_blacklist_is_kept_in_order_and_idempotent()
    {
        await Users.AddToBlackList(ann, cid);
        await Users.AddToBlackList(ann, bob);
        await Users.AddToBlackList(ann, cid);
        await Users.AddToBlackList(cid, bob);

        Assert.Equal([cid, bob], await Users.BlackListOf(ann));
        Assert.Equal(new[] { ann, cid }.Order(), (await Users.BlackListing(bob, [ann, cid, bob])).Order());
        Assert.Equal([ann], await Users.BlackListing(bob, [ann]));

        await Users.RemoveFromBlackList(ann, cid);
        await Users.RemoveFromBlackList(ann, cid);
        Assert.Equal([bob], await Users.BlackListOf(ann));
    }

    [Fact]
    public async Task Who_is_removed_takes_the_own_blacklist_along_and_stays_on_those_of_others()
    {
        await Users.Put(Row(ann));
        await Users.AddToBlackList(ann, bob);
        await Users.AddToBlackList(bob, ann);
        await Users.AddToBlackList(bob, cid);

        await Users.Remove(ann);
        await Users.Remove(ann);

        Assert.Null(await Users.Find(ann));
        Assert.Empty(await Users.BlackListOf(ann));
        Assert.Equal([ann, cid], await Users.BlackListOf(bob));
        await Users.Put(Row(ann));
        Assert.Equal([bob], await Users.BlackListing(ann, [bob]));
    }

    private static UserRow Row(string id) => new(id, "public", null, null, "pair", null, 1, 1, 0, 1, false);
}
