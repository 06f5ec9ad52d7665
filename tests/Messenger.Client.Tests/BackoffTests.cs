using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Client.Tests;

/// <summary>When to come back.</summary>
public sealed class BackoffTests
{
    private static readonly Ending Broken = new(null, null, new IOException("reset"));

    [Fact]
    public void Pauses_double_up_to_the_longest()
    {
        var pauses = Enumerable.Range(0, 9).Select(attempt => Backoff.After(Broken, attempt, jitter: 1)!.Value.TotalSeconds);
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], pauses);
        Assert.Equal(Backoff.Longest, Backoff.After(Broken, int.MaxValue, jitter: 1));
    }

    [Fact]
    public void Jitter_takes_up_to_half_away() =>
        Assert.Equal([1, 1.5, 2], new[] { 0, 0.5, 1 }.Select(jitter => Backoff.After(Broken, 2, jitter)!.Value.TotalSeconds));

    [Theory]
    [InlineData("reconnect-after-ms=1234", 1.234)]
    [InlineData("draining; reconnect-after-ms=0", 0)]
    [InlineData("reconnect-after-ms=250, elsewhere", 0.25)]
    [InlineData("reconnect-after-ms=2000000000", 300)]
    [InlineData("reconnect-after-ms=", 0.5)]
    [InlineData("reconnect-after-ms=-5", 0.5)]
    [InlineData("reconnect-after-ms=99999999999", 0.5)]
    [InlineData(null, 0.5)]
    public void A_draining_server_dictates_the_pause_within_bounds(string? reason, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Backoff.After(new Ending((int)CloseCode.Draining, reason, null), 0, jitter: 1));

    [Fact]
    public void Only_a_draining_server_dictates() =>
        Assert.Equal(Backoff.First, Backoff.After(new Ending((int)CloseCode.ContinuityLost, "reconnect-after-ms=90000", null), 0, jitter: 1));

    [Fact]
    public void A_server_without_room_is_left_alone_for_a_while() =>
        Assert.Equal(Backoff.Overloaded, Backoff.After(new Ending((int)CloseCode.Overloaded, null, null), 0, jitter: 1));

    [Theory]
    [InlineData(CloseCode.Replaced)]
    [InlineData(CloseCode.Deleted)]
    public void Who_was_sent_away_stays_away(CloseCode code) => Assert.Null(Backoff.After(new Ending((int)code, null, null), 0, jitter: 1));

    [Theory]
    [InlineData(Statuses.Unauthenticated, true)]
    [InlineData(Statuses.Forbidden, true)]
    [InlineData(Statuses.BadRequest, true)]
    [InlineData(Statuses.Unavailable, false)]
    [InlineData(Statuses.TooManyRequests, false)]
    [InlineData(Statuses.Internal, false)]
    public void A_login_that_would_be_refused_again_is_not_tried_again(string status, bool final) =>
        Assert.Equal(final, Backoff.After(new Ending(null, null, new RefusedException(new Error(status, ""))), 0, jitter: 1) is null);
}
