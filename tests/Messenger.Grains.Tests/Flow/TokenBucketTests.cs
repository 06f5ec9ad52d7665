using Messenger.Ports.Flow;
using Xunit;

namespace Messenger.Grains.Tests.Flow;

public class TokenBucketTests
{
    [Fact]
    public void A_burst_then_an_even_rate()
    {
        var bucket = new TokenBucket(capacity: 3, refill: 2, period: TimeSpan.FromSeconds(1));
        Assert.True(bucket.TryTake(At(0)) && bucket.TryTake(At(0)) && bucket.TryTake(At(0)));
        Assert.False(bucket.TryTake(At(0.4)));
        Assert.True(bucket.TryTake(At(0.5)));
        Assert.False(bucket.TryTake(At(0.5)));
    }

    [Fact]
    public void It_never_holds_more_than_its_capacity()
    {
        var bucket = new TokenBucket(capacity: 2, refill: 1, period: TimeSpan.FromSeconds(1));
        Assert.True(bucket.TryTake(At(0), 2));
        Assert.False(bucket.TryTake(At(1000), 3));
        Assert.True(bucket.TryTake(At(1000), 2));
    }

    [Fact]
    public void What_is_refused_takes_nothing_and_says_how_long_to_wait()
    {
        var bucket = new TokenBucket(capacity: 10, refill: 1, period: TimeSpan.FromSeconds(1));
        bucket.Take(At(0), 10);
        Assert.Equal((1, 5, 10, 10), (bucket.SecondsUntil(At(0)), bucket.SecondsUntil(At(0), 5), bucket.SecondsUntil(At(0), 10), bucket.SecondsUntil(At(0), 1000)));
        Assert.False(bucket.TryTake(At(4), 5));
        Assert.Equal(0, bucket.SecondsUntil(At(5), 5));
        Assert.True(bucket.TryTake(At(5), 5));
    }

    [Fact]
    public void What_comes_back_in_a_period_is_there_on_the_second()
    {
        var bucket = new TokenBucket(capacity: 20, refill: 20, period: TimeSpan.FromMinutes(1));
        bucket.Take(At(0), 20);
        Assert.Equal(3, bucket.SecondsUntil(At(0)));
        Assert.True(bucket.TryTake(At(3)));
        Assert.Equal(57, bucket.SecondsUntil(At(6), 20));
    }

    [Fact]
    public void A_debt_is_paid_back_first()
    {
        var bucket = new TokenBucket(capacity: 1, refill: 1, period: TimeSpan.FromSeconds(1));
        bucket.Take(At(0), 3);
        Assert.Equal(-2, bucket.Tokens);
        Assert.False(bucket.TryTake(At(2.9)));
        Assert.True(bucket.TryTake(At(3.1)));
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_nothing_and_takes_nothing()
    {
        var bucket = new TokenBucket(capacity: 2, refill: 1, period: TimeSpan.FromSeconds(1));
        bucket.Take(At(100), 2);
        Assert.False(bucket.TryTake(At(50)));
        Assert.True(bucket.TryTake(At(51)));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
