using Messenger.Grains.Pushes;
using Messenger.Ports;
using Xunit;

namespace Messenger.Grains.Tests.Pushes;

/// <summary>When a push, or a provider, is tried again.</summary>
public sealed class ProviderBackoffTests
{
    [Fact]
    public void A_provider_is_left_alone_as_long_as_it_asked_for()
    {
        var backoff = new ProviderBackoff();
        Assert.Equal(31_000, backoff.Hold("android", TimeSpan.FromSeconds(30), 1_000));
        Assert.Equal(["android"], backoff.At(30_999));
        Assert.False(backoff.IsHeld("ios", 2_000));

        // Those that were under way at the same time say nothing new.
        Assert.Equal(31_000, backoff.Hold("android", TimeSpan.FromSeconds(90), 2_000));
        Assert.Empty(backoff.At(31_000));
        Assert.Equal((true, false), (backoff.IsHeld("Android", 30_999), backoff.IsHeld("android", 31_000)));
    }

    [Fact]
    public void Without_a_word_from_it_the_pauses_grow_to_a_minute_and_a_success_ends_them()
    {
        var backoff = new ProviderBackoff();
        var now = 0L;
        for (var failure = 0; failure < 12; failure++)
        {
            var until = backoff.Hold("ios", null, now);
            var full = Math.Min(60_000, 1000 * Math.Pow(2, failure));
            Assert.InRange(until - now, (long)(full / 2), (long)full);
            now = until;
        }

        backoff.Released("ios");
        Assert.InRange(backoff.Hold("ios", null, now) - now, 500, 1000);
    }

    [Fact]
    public void Those_who_failed_together_do_not_come_together_again()
    {
        var pauses = Enumerable.Range(0, 200).Select(_ => (double)ProviderBackoff.Pause(default, 40, 0)).ToList();
        Assert.Contains(pauses, pause => pause > 675_000);
        Assert.Contains(pauses, pause => pause < 675_000);
    }

    [Fact]
    public void One_push_waits_as_long_as_the_provider_asked_for_or_longer_each_time()
    {
        Assert.Equal(5_000, ProviderBackoff.Pause(new PushOutcome(PushVerdict.Later, TimeSpan.FromSeconds(5)), 9, 0));
        Assert.InRange(ProviderBackoff.Pause(default, 1, 0), 500, 1000);
        Assert.InRange(ProviderBackoff.Pause(default, 40, 0), 450_000, 900_000);
    }
}
