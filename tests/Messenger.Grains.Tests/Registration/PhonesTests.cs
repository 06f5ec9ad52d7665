using Messenger.Grains.Registration;
using Xunit;

namespace Messenger.Grains.Tests.Registration;

public sealed class PhonesTests
{
    [Theory]
    [InlineData("+35794048714", true)]
    [InlineData("+16266260017", true)]
    [InlineData("35794048714", false)]
    [InlineData("0035794048714", false)]
    [InlineData("+357 94 048714", false)]
    [InlineData("+357-94-048714", false)]
    [InlineData("+4401212345678", false)]
    [InlineData("+357", false)]
    [InlineData("+99912345678", false)]
    [InlineData("+3579404871400000000", false)]
    [InlineData("+1626626\u0660017", false)]
    [InlineData("tel:+35794048714", false)]
    [InlineData("", false)]
    public void A_phone_is_E164_in_its_one_spelling(string phone, bool taken) => Assert.Equal(taken, Phones.IsE164(phone));
}
