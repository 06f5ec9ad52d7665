using Messenger.Grains.Users;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>What a user learns of who is registered has a budget.</summary>
public sealed class DiscoveryTests
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
    public void What_is_asked_again_is_known_to_the_last_id()
    {
        var (book, _, _) = Discovery.Spend(new DiscoveryBook(), Ids(0, 3), Budget, now: 1);
        Assert.Equal((book, 0, 0), Discovery.Spend(book, Ids(2, 1), Budget, now: 2));
    }

    [Fact]
    public void The_oldest_are_forgotten_first()
    {
        var (book, _, _) = Discovery.Spend(new DiscoveryBook(), Ids(0, 2), most: 2, now: 0);
        (book, _, _) = Discovery.Spend(book, Ids(2, 1), most: 2, now: 43_200_000);
        Assert.Equal(0, Discovery.Spend(book, Ids(1, 2), most: 2, now: 43_200_000).New);
        Assert.Equal((43_200, 1), (Discovery.Spend(book, Ids(0, 1), most: 2, now: 43_200_000).Wait, Discovery.Spend(book, Ids(0, 1), most: 2, now: 43_200_000).New));
    }

    [Fact]
    public void More_than_a_whole_budget_waits_until_the_budget_is_whole()
    {
        Assert.Equal(1, Discovery.Spend(new DiscoveryBook(), Ids(0, 11), most: 10, now: 0).Wait);
        var (book, _, _) = Discovery.Spend(new DiscoveryBook(), Ids(0, 5), most: 10, now: 0);
        Assert.Equal(43_200, Discovery.Spend(book, Ids(5, 11), most: 10, now: 0).Wait);
    }

    [Fact]
    public void A_clock_that_goes_back_takes_nothing_away_and_a_late_start_gives_nothing_twice()
    {
        var (book, _, _) = Discovery.Spend(new DiscoveryBook(), Ids(0, 5), most: 10, now: 86_400_000);
        Assert.Equal(0, Discovery.Spend(book, Ids(5, 5), most: 10, now: 0).Wait);
        Assert.Equal(8640, Discovery.Spend(book, Ids(5, 6), most: 10, now: 86_400_000).Wait);
    }

    private static IEnumerable<string> Ids(int from, int count) => Enumerable.Range(from, count).Select(at => UserIds.FromPhone($"+{at}"));
}
