namespace Messenger.Protocol.Tests;

public class ClientVersionTests
{
    [Theory]
    [InlineData("2.4", "2.10", true)]
    [InlineData("2.10", "2.4", false)]
    [InlineData("2.4", "2.4.0", false)]
    [InlineData("2.4.0.1", "2.4", false)]
    [InlineData("2.4-beta", "2.4", false)]
    [InlineData("2.3+build.9", "2.4", true)]
    [InlineData("1", "1.0.1", true)]
    public void Numbers_are_compared_one_by_one(string version, string than, bool older) => Assert.Equal(older, ClientVersion.IsOlder(version, than));

    [Theory]
    [InlineData("")]
    [InlineData("two")]
    [InlineData("1..2")]
    [InlineData("-1")]
    [InlineData("1.2.3.4.5.6.7.8.9")]
    [InlineData("99999999999")]
    public void What_is_no_version_is_none(string text) => Assert.Null(ClientVersion.Parse(text));
}
