using CsCheck;
using Messenger.Contracts;
using Messenger.Delivery.Fixture;
using Messenger.Grains.Devices;
using Xunit;

namespace Messenger.Grains.Tests.Devices;

public class InboxTests
{
    private static readonly InboxBounds Small = new(4, 4096, TimeSpan.FromSeconds(10));

    [Fact]
    public void Numbers_follow_each_other_from_one()
    {
        var inbox = new Inbox(Small, 7);
        Assert.Equal([1L, 2L, 3L], new[] { inbox.Append(TestNotifications.Of(1), 0), inbox.Append(TestNotifications.Of(2), 0), inbox.Append(TestNotifications.Of(3), 0) });
        Assert.Equal([2, 3], inbox.After(1)!.Select(TestNotifications.Index));
        Assert.Empty(inbox.After(3)!);
    }

    [Fact]
    public void What_fell_out_of_the_ring_is_not_vouched_for()
    {
        var inbox = new Inbox(Small, 7);
        for (var i = 1; i <= 6; i++)
        {
            inbox.Append(TestNotifications.Of(i), 0);
        }

        Assert.Equal(4, inbox.Count);
        Assert.Null(inbox.After(1));
        Assert.Equal([3, 4, 5, 6], inbox.After(2)!.Select(TestNotifications.Index));
    }

    [Fact]
    public void A_number_from_the_future_is_not_vouched_for() => Assert.Null(new Inbox(Small, 7).After(1));

    [Fact]
    public void Bytes_and_age_drop_the_oldest_and_the_newest_always_stays()
    {
        var inbox = new Inbox(Small, 7);
        inbox.Append(TestNotifications.Of(1, 2000), 0);
        inbox.Append(TestNotifications.Of(2, 3000), 0);
        Assert.Equal(1, inbox.Count);
        inbox.Append(TestNotifications.Of(3, 10_000), 1);
        Assert.Equal([3], inbox.After(2)!.Select(TestNotifications.Index));
        inbox.Trim(10_002);
        Assert.Equal(0, inbox.Count);
        Assert.Empty(inbox.After(3)!);
        Assert.Null(inbox.After(2));
    }

    /// <summary>The bounds include themselves, at any time of day, and hold for what comes after a drop and after a move.</summary>
    [Fact]
    public void Bounds_are_kept_to_the_byte_and_the_millisecond()
    {
        const int Half = 2048 - 128;
        const long Now = 1_000_000_000;
        var inbox = new Inbox(Small, 7);
        inbox.Append(TestNotifications.Of(1, Half), Now);
        inbox.Append(TestNotifications.Of(2, Half), Now);
        Assert.Equal(2, inbox.Count);
        inbox.Append(TestNotifications.Of(3, Half), Now);
        Assert.Equal(2, inbox.Count);
        inbox = Inbox.Restore(Small, inbox.Snapshot());
        inbox.Append(TestNotifications.Of(4, Half), Now);
        Assert.Equal(2, inbox.Count);
        inbox.Append(TestNotifications.Of(5, Half + 1), Now);
        Assert.Equal(1, inbox.Count);
        inbox.Trim(Now + 10_000);
        Assert.Equal(1, inbox.Count);
        inbox.Trim(Now + 10_001);
        Assert.Equal(0, inbox.Count);
    }

    [Fact]
    public void Resuming_without_a_cursor_starts_here_and_is_no_resync()
    {
        var inbox = new Inbox(Small, 7);
        inbox.Append(TestNotifications.Of(1), 0);
        var resumption = inbox.Resume(null);
        Assert.Equal(1, resumption.Number);
        Assert.Empty(resumption.Missed);
        Assert.False(resumption.Resync);
    }

    [Theory]
    [InlineData("7-1", false, 1)]
    [InlineData("7-2", false, 0)]
    [InlineData("7-3", true, 0)]
    [InlineData("8-1", true, 0)]
    [InlineData("nonsense", true, 0)]
    [InlineData("", true, 0)]
    public void Resuming_with_a_cursor(string cursor, bool resync, int missed)
    {
        var inbox = new Inbox(Small, 7);
        inbox.Append(TestNotifications.Of(1), 0);
        inbox.Append(TestNotifications.Of(2), 0);
        var resumption = inbox.Resume(cursor);
        Assert.Equal(resync, resumption.Resync);
        Assert.Equal(missed, resumption.Missed.Length);
        Assert.Equal(inbox.Number, resumption.Number + missed);
    }

    [Fact]
    public void A_new_epoch_ends_every_cursor()
    {
        var inbox = new Inbox(Small, 7);
        inbox.Append(TestNotifications.Of(1), 0);
        inbox.StartEpoch(9);
        Assert.Equal((9, 0, 0), (inbox.Epoch, inbox.Number, inbox.Count));
        Assert.True(inbox.Resume("7-1").Resync);
        Assert.False(inbox.Resume("9-0").Resync);
    }

    [Fact]
    public void A_snapshot_goes_on_where_it_was_taken()
    {
        var inbox = new Inbox(Small, 7);
        for (var i = 1; i <= 6; i++)
        {
            inbox.Append(TestNotifications.Of(i), i);
        }

        var other = Inbox.Restore(Small, inbox.Snapshot());
        Assert.Equal([5, 6], other.After(4)!.Select(TestNotifications.Index));
        Assert.Equal(7, other.Append(TestNotifications.Of(7), 7));
        Assert.Equal(4, other.Count);
    }

    /// <summary>Whatever happens: a client that resumes now and then has, since its last resync, every notification once and in order.</summary>
    [Fact]
    public void A_client_that_resumes_misses_nothing_unsaid() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3000], Gen.Int[0, 4000]).List[0, 200].Sample(steps =>
        {
            var inbox = new Inbox(Small, 1);
            var (sent, had, now, epoch) = (0, 0, 0L, 1L);
            string? cursor = null;
            foreach (var (what, size, pause) in steps)
            {
                now += pause;
                if (what == 0)
                {
                    inbox.StartEpoch(++epoch);
                }
                else if (what == 1)
                {
                    inbox = Inbox.Restore(Small, inbox.Snapshot());
                }
                else if (what <= 3)
                {
                    inbox.Trim(now);
                    var resumption = inbox.Resume(cursor);
                    if (resumption.Resync || cursor is null)
                    {
                        had = sent;
                    }
                    else
                    {
                        Assert.Equal(Enumerable.Range(had + 1, sent - had), resumption.Missed.Select(TestNotifications.Index));
                        had = sent;
                    }

                    cursor = new Cursor(inbox.Epoch, resumption.Number + resumption.Missed.Length).ToString();
                }
                else
                {
                    inbox.Append(TestNotifications.Of(++sent, size), now);
                }
            }
        });
}
