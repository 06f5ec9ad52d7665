using Messenger.Contracts;
using Messenger.Grains.Conversations;
using Messenger.Ports;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public class UnconfirmedTests
{
    private readonly Unconfirmed unconfirmed = new();

    [Fact]
    public void Messages_are_told_after_all_and_past_a_thousand_everyone_resynchronises()
    {
        unconfirmed.Add(new Caller("a", "app"), new MessageRow[600]);
        unconfirmed.Add(new Caller("b", "app"), new MessageRow[400]);
        Assert.Equal(["a", "b"], unconfirmed.Entries.Select(entry => entry.Author!.UserId));
        Assert.False(unconfirmed.Doubtful);
        unconfirmed.Add(new Caller("a", "app"), new MessageRow[1]);
        Assert.True(unconfirmed.Doubtful);
    }

    [Fact]
    public void A_change_of_another_kind_cannot_be_told_and_is_settled_too()
    {
        unconfirmed.Add();
        Assert.True(unconfirmed.Doubtful);
        Assert.Null(Assert.Single(unconfirmed.Entries).Author);
    }

    [Fact]
    public void What_was_told_is_forgotten()
    {
        unconfirmed.Add();
        unconfirmed.Add(new Caller("a", "app"), new MessageRow[1000]);
        unconfirmed.Clear();
        Assert.Empty(unconfirmed.Entries);
        Assert.False(unconfirmed.Doubtful);
        unconfirmed.Add(new Caller("a", "app"), new MessageRow[1000]);
        Assert.False(unconfirmed.Doubtful);
    }
}
