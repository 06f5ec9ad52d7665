using Messenger.Grains.Users;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>What a user learns of who is registered has a budget.</summary>
[Collection(UserTests.Name)]
public sealed class DiscoveryTests(UserSilo house)
{
    private const int Budget = 20_000;

    [Fact]
    public void A_sweep_learns_its_budget_and_no_more()
    {
        var (book, learnt) = (new DiscoveryBook(), 0);
        for (var call = 0; call < 100; call++)
        {
            (book, var wait, var fresh) = Discovery.Spend(book, Ids(call * 1000, 1000), Budget, now: 1000 + call);
            learnt += wait == 0 ? fresh : 0;
        }

        Assert.Equal(Budget, learnt);
    }

    [Fact]
    public void What_is_known_costs_nothing_and_half_a_day_gives_half_back()
    {
        var (book, _, _) = Discovery.Spend(new DiscoveryBook(), Ids(0, Budget), Budget, now: 1);
        Assert.Equal((book, 0, 0), Discovery.Spend(book, Ids(0, 1000), Budget, now: 2));
        Assert.Equal(43_200, Discovery.Spend(book, Ids(Budget, Budget / 2), Budget, now: 1).Wait);
        Assert.Equal(0, Discovery.Spend(book, Ids(Budget, Budget / 2), Budget, now: 43_200_001).Wait);
        Assert.Equal(8 * Budget, Discovery.Spend(book, Ids(Budget, Budget / 2), Budget, now: 43_200_001).After.Known.Length);
    }

    [Fact]
    public async Task The_budget_outlives_the_activation_and_holds_for_profiles_too()
    {
        var person = await house.Person();
        for (var call = 0; call < 20; call++)
        {
            Assert.Null((await person.Grain.GetRegisteredUsers(person.Me, new RequestGetRegisteredUsers([.. Ids(call * 1000, 1000)]))).Refusal);
        }

        await house.Silo.Deactivate(person.Grain);
        Assert.Equal(Statuses.TooManyRequests, (await person.Grain.GetRegisteredUsers(person.Me, new RequestGetRegisteredUsers([.. Ids(20_000, 10)]))).Refusal?.Status);
        Assert.Equal(Statuses.TooManyRequests, (await person.Grain.GetUserInfoMulti(person.Me, new RequestGetUserInfoMulti([.. Ids(20_000, 10)]))).Refusal?.Status);
        Assert.Null((await person.Grain.GetUserInfo(person.Me, new RequestGetUserInfo(Ids(5, 1).Single()))).Refusal);
        Assert.Null((await person.Grain.GetUserInfo(person.Me, new RequestGetUserInfo(person.UserId))).Refusal);
    }

    [Fact]
    public async Task Who_does_not_wish_to_be_found_is_not_and_can_come_back()
    {
        var (seeker, shy) = (await house.Person(), await house.Person());
        async Task<bool> Found() => (await seeker.Grain.GetRegisteredUsers(seeker.Me, new RequestGetRegisteredUsers([shy.UserId]))).Value!.Users.Length == 1;
        Assert.True(await Found());
        Assert.Null((await shy.Grain.UpdateParam(shy.Me, new UpdateParam("discoverable", "false"))).Refusal);
        Assert.False(await Found());
        Assert.Null((await shy.Grain.UpdateParam(shy.Me, new UpdateParam("discoverable", "true"))).Refusal);
        Assert.True(await Found());
    }

    private static IEnumerable<string> Ids(int from, int count) => Enumerable.Range(from, count).Select(at => UserIds.FromPhone($"+{at}"));
}
