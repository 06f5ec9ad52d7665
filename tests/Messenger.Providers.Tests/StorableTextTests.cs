using Messenger.Ports;
using Xunit;

namespace Messenger.Providers.Tests;

public class StorableTextTests
{
    // Half a surrogate pair does not survive in an attribute.
    [Fact]
    public void A_text_is_storable_or_not()
    {
        Assert.All(new[] { "a\0", "\ud800", "\udc00a", "\ud83d\ude00\ud83d", "\ude00\ud83d" }, text => Assert.False(StorableText.Takes(text)));
        Assert.All(new[] { "", "\ud83d\ude00\uffff", "a\u0001\ud7ff\ue000", null }, text => Assert.True(StorableText.Takes(text)));
    }
}
