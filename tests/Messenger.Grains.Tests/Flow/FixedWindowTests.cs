using Messenger.Ports.Flow;
using Xunit;

namespace Messenger.Grains.Tests.Flow;

public class FixedWindowTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    [Fact]
    public void It_counts_up_to_its_limit_and_says_how_long_to_wait()
    {
        var window = default(FixedWindow).At(At(100), Length).Add(2).Add(2);
        Assert.Equal((2, 10, 4), (window.Count, window.SecondsUntilRoom(At(100), 2), window.SecondsUntilRoom(At(106), 2)));
        Assert.Equal(window, window.Add(2));
        Assert.Equal(0, window.SecondsUntilRoom(At(106), 3));
    }

    [Fact]
    public void It_begins_with_the_first_that_is_counted_and_a_new_one_begins_when_it_is_over()
    {
        var window = default(FixedWindow).At(At(100), Length).Add(1);
        Assert.Equal(window, window.At(At(109.9), Length));
        Assert.Equal(0, window.SecondsUntilRoom(At(110), 1));
        Assert.Equal(new FixedWindow(1, At(120)), window.At(At(110), Length).Add(1));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
