using Messenger.Grains.Users;
using Xunit;

namespace Messenger.Grains.Tests.Users;

public sealed class AllowanceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_taken_comes_back_evenly()
    {
        var allowance = new Allowance(20, TimeSpan.FromMinutes(1));
        Assert.Equal(0, allowance.WaitFor(20, Start));
        allowance.Take(20);
        Assert.Equal(3, allowance.WaitFor(1, Start));
        Assert.Equal(0, allowance.WaitFor(1, Start.AddSeconds(3)));
        Assert.Equal(57, allowance.WaitFor(20, Start.AddSeconds(3)));
    }

    [Fact]
    public void It_never_holds_more_than_it_did_at_first()
    {
        var allowance = new Allowance(20, TimeSpan.FromMinutes(1));
        Assert.Equal(0, allowance.WaitFor(1, Start));
        Assert.Equal(0, allowance.WaitFor(20, Start.AddDays(1)));
        Assert.NotEqual(0, allowance.WaitFor(21, Start.AddDays(1)));
    }

    [Fact]
    public void A_clock_that_goes_back_gives_nothing()
    {
        var allowance = new Allowance(20, TimeSpan.FromMinutes(1));
        Assert.Equal(0, allowance.WaitFor(20, Start));
        allowance.Take(20);
        Assert.NotEqual(0, allowance.WaitFor(1, Start.AddMinutes(-5)));
    }
}
