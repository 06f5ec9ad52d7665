using Messenger.Ports;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>When work counts as refused.</summary>
public sealed class WorkHealthTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly MainWork _work;

    public WorkHealthTests() => _work = new MainWork(_clock);

    [Fact]
    public void Ten_seconds_of_refusals_are_told_with_their_reason_and_one_success_ends_them()
    {
        _work.Commits.Failed("its disk is full");
        Assert.Empty(_work.Refusals);
        _clock.Advance(WorkHealth.Timeout);
        _work.Commits.Failed("its disk is full");
        Assert.Equal("writes of the message log have been refused for 10 s: its disk is full", Assert.Single(_work.Refusals));

        _work.Commits.Succeeded();
        Assert.Empty(_work.Refusals);
    }

    [Fact]
    public void A_slow_second_is_nothing_and_neither_is_a_store_that_refuses_some()
    {
        for (var second = 0; second < 60; second++)
        {
            _work.Reads.Failed("busy");
            _work.Reads.Failed("busy");
            _work.Reads.Succeeded();
            Assert.Empty(_work.Refusals);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void A_probe_clears_what_nobody_was_refused_of_since_and_nothing_else()
    {
        _work.Commits.Failed("its disk is full");
        _clock.Advance(WorkHealth.Timeout);

        // It goes on being refused: a small write that succeeds beside it proves nothing.
        _work.Commits.Failed("its disk is full");
        _work.Commits.Probed();
        Assert.Single(_work.Refusals);

        _clock.Advance(WorkHealth.Timeout / 2);
        _work.Commits.Probed();
        Assert.Empty(_work.Refusals);
    }
}
