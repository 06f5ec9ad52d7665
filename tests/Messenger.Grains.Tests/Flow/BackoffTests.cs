using Messenger.Ports.Flow;
using Xunit;

namespace Messenger.Grains.Tests.Flow;

public class BackoffTests
{
    private static readonly Backoff Pauses = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    [Fact]
    public void Pauses_double_up_to_the_longest() =>
        Assert.Equal([1, 2, 4, 5, 5, 5], Enumerable.Range(0, 6).Select(failures => Pauses.After(failures).TotalSeconds));

    [Fact]
    public void The_pause_after_a_pause_is_the_same_series()
    {
        var pause = Pauses.First;
        foreach (var failures in Enumerable.Range(1, 5))
        {
            pause = Pauses.Next(pause);
            Assert.Equal(Pauses.After(failures), pause);
        }
    }

    [Fact]
    public void Half_of_it_is_left_to_chance() =>
        Assert.Equal((0.5, 0.75, 1.0), (Pauses.After(0, 0).TotalSeconds, Pauses.After(0, 0.5).TotalSeconds, Pauses.After(0, 1).TotalSeconds));

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(int.MaxValue, 5)]
    public void Any_count_of_failures_has_a_pause(int failures, int seconds) => Assert.Equal(seconds, Pauses.After(failures).TotalSeconds);
}
