using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests;

public sealed class IntervalTests
{
    [Theory]
    [InlineData("", 1, 9, "1-9")]
    [InlineData("1-9", 1, 9, "")]
    [InlineData("1-3,5,8-20", 1, 9, "4-4 6-7")]
    [InlineData("1-3,5", 4, 9, "4-4 6-9")]
    [InlineData("2", 1, 3, "1-1 3-3")]
    [InlineData("50-60", 1, 9, "1-9")]
    [InlineData("1-9223372036854775807", 5, 9223372036854775807, "")]
    [InlineData("1-3", 9, 5, "")]
    public void What_the_intervals_leave_out(string covered, long from, long to, string left) => Assert.Equal(
        left, string.Join(' ', Intervals.Outside(new IntervalText(covered), new SequenceRange(from, to)).Select(gap => $"{gap.From}-{gap.To}")));

    [Theory]
    [InlineData("x")]
    [InlineData("1-")]
    [InlineData("1--2")]
    [InlineData(" 1")]
    public void Anything_else_is_no_interval(string text) =>
        Assert.Throws<FormatException>(() => Intervals.Outside(new IntervalText(text), new SequenceRange(1, 9)));
}
