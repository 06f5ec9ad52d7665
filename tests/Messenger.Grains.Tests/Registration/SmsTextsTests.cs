using System.Text;
using Messenger.Contracts;
using Messenger.Grains.Registration;
using Xunit;

namespace Messenger.Grains.Tests.Registration;

public sealed class SmsTextsTests
{
    private const string Hash = "p1VSyoHQY8a";

    private static readonly SmsTexts Texts = new(
        new Dictionary<string, string> { ["en"] = "Your code: {code}", ["de"] = "Ihr Code: {code}", ["el"] = "Ο κωδικός σας: {code}" },
        new Dictionary<string, string> { ["49"] = "de", ["357"] = "el", ["3579"] = "en", ["4"] = "en" }, "en");

    [Fact]
    public void The_text_for_Android_begins_and_ends_as_its_SMS_Retriever_wants() =>
        Assert.Equal("<#> Your code: 123456\np1VSyoHQY8a", SmsTexts.Compose("Your code: {code}", "123456", Hash));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void The_text_elsewhere_has_the_code_alone(string? token) =>
        Assert.Equal("Your code: 123456", SmsTexts.Compose("Your code: {code}", "123456", token));

    [Theory]
    [InlineData("+4930123456", "Ihr Code: {code}")]
    [InlineData("+35722123456", "Ο κωδικός σας: {code}")]
    [InlineData("+35794048714", "Your code: {code}")]
    [InlineData("+43123456", "Your code: {code}")]
    [InlineData("+16266260017", "Your code: {code}")]
    public void The_language_is_that_of_the_longest_prefix(string phone, string text) => Assert.Equal(text, Texts.Of(phone, CodePurpose.Registration));

    [Fact]
    public void A_text_says_what_the_code_is_for()
    {
        var said = Enum.GetValues<CodePurpose>().Select(purpose => SmsTexts.English.Of("+35794048714", purpose)).ToList();
        Assert.Equal(3, said.Distinct().Count());
        Assert.All(said, text => Assert.True(SmsTexts.Fits(text)));
        Assert.Contains("DELETE", said[(int)CodePurpose.DeleteUser], StringComparison.Ordinal);

        // German has no text of its own for it, and its registration's would say something else.
        Assert.Equal(said[(int)CodePurpose.DeleteUser], Texts.Of("+4930123456", CodePurpose.DeleteUser));
        var german = Texts with { ByLanguage = new Dictionary<string, string>(Texts.ByLanguage) { ["de/deletion"] = "Löschen: {code}" } };
        Assert.Equal("Löschen: {code}", german.Of("+4930123456", CodePurpose.DeleteUser));
    }

    [Fact]
    public void A_text_fits_when_with_the_longest_code_and_the_hash_it_is_one_SMS()
    {
        Assert.All(Texts.ByLanguage.Values, text => Assert.True(SmsTexts.Fits(text)));
        Assert.True(SmsTexts.Fits(new string('x', 114) + "{code}"));
        Assert.False(SmsTexts.Fits(new string('x', 115) + "{code}"));
        Assert.Equal(140, Encoding.UTF8.GetByteCount(SmsTexts.Compose(new string('x', 114) + "{code}", "1234567890", Hash)));

        // Two bytes for each character as soon as one of them is none of ASCII.
        Assert.True(SmsTexts.Fits("ю" + new string('x', 43) + "{code}"));
        Assert.False(SmsTexts.Fits("ю" + new string('x', 44) + "{code}"));
    }
}
