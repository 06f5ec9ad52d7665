using Messenger.Contracts;
using Messenger.Grains.Conversations;
using Messenger.Ports;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public class UnknownOutcomesTests
{
    private readonly UnknownOutcomes _unknownOutcomes = new();

    [Fact]
    public void Messages_are_told_after_all_and_past_a_thousand_everyone_resynchronises()
    {
        _unknownOutcomes.Add(new Caller("a", "app"), new MessageRow[600]);
        _unknownOutcomes.Add(new Caller("b", "app"), new MessageRow[400]);
        Assert.Equal(["a", "b"], _unknownOutcomes.Entries.Select(entry => entry.Author!.UserId));
        Assert.False(_unknownOutcomes.IsUncertain);
        _unknownOutcomes.Add(new Caller("a", "app"), new MessageRow[1]);
        Assert.True(_unknownOutcomes.IsUncertain);
    }

    [Fact]
    public void A_change_of_another_kind_cannot_be_told_and_is_settled_too()
    {
        _unknownOutcomes.Add();
        Assert.True(_unknownOutcomes.IsUncertain);
        Assert.Null(Assert.Single(_unknownOutcomes.Entries).Author);
    }

    [Fact]
    public void What_was_told_is_forgotten()
    {
        _unknownOutcomes.Add();
        _unknownOutcomes.Add(new Caller("a", "app"), new MessageRow[1000]);
        _unknownOutcomes.Clear();
        Assert.Empty(_unknownOutcomes.Entries);
        Assert.False(_unknownOutcomes.IsUncertain);
        _unknownOutcomes.Add(new Caller("a", "app"), new MessageRow[1000]);
        Assert.False(_unknownOutcomes.IsUncertain);
    }
}
