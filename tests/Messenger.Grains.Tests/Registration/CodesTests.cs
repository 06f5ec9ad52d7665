using Messenger.Grains.Registration;
using Xunit;

namespace Messenger.Grains.Tests.Registration;

public sealed class CodesTests
{
    private const long Now = 1_000_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_code_has_as_many_digits_as_configured()
    {
        var drawn = Codes.Draw(new RegistrationOptions { CodeLength = 8 });
        Assert.Equal(8, drawn.Length);
        Assert.All(drawn, digit => Assert.True(char.IsAsciiDigit(digit)));
    }

    [Fact]
    public void Codes_differ() =>
        Assert.NotEqual(1, Enumerable.Range(0, 20).Select(_ => Codes.Draw(new RegistrationOptions())).Distinct().Count());

    [Fact]
    public void A_fixed_code_is_that_one() => Assert.Equal("1111", Codes.Draw(new RegistrationOptions { FixedCode = "1111" }));

    [Fact]
    public void A_stored_code_does_not_hold_the_digits_and_two_of_the_same_differ()
    {
        var (one, other) = (Codes.Issue("123456", Lifetime, Now), Codes.Issue("123456", Lifetime, Now));
        Assert.NotEqual(one.Hash, other.Hash);
        Assert.DoesNotContain("123456", Convert.ToHexString(one.Hash) + System.Text.Encoding.ASCII.GetString(one.Hash), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("123456", 0, nameof(Verdict.Right))]
    [InlineData("123457", 0, nameof(Verdict.Wrong))]
    [InlineData("", 0, nameof(Verdict.Wrong))]
    [InlineData("123456", 599_999, nameof(Verdict.Right))]
    [InlineData("123456", 600_000, nameof(Verdict.Void))]
    public void A_code_is_right_within_its_lifetime(string given, long later, string verdict) =>
        Assert.Equal(verdict, Codes.Check(Codes.Issue("123456", Lifetime, Now), given, maxTries: 5, Now + later).Verdict.ToString());

    [Fact]
    public void Five_wrong_tries_void_it_for_the_right_one_too()
    {
        IssuedCode? code = Codes.Issue("123456", Lifetime, Now);
        for (var tried = 0; tried < 5; tried++)
        {
            (code, var verdict) = Codes.Check(code, "000000", maxTries: 5, Now);
            Assert.Equal(Verdict.Wrong, verdict);
        }

        Assert.Equal(Verdict.Void, Codes.Check(code, "123456", maxTries: 5, Now).Verdict);
    }

    [Fact]
    public void A_used_code_is_right_again() =>
        Assert.Equal(Verdict.Again, Codes.Check(Codes.Issue("123456", Lifetime, Now) with { Used = true }, "123456", maxTries: 5, Now).Verdict);

    [Fact]
    public void No_code_is_void() => Assert.Equal(Verdict.Void, Codes.Check(null, "123456", maxTries: 5, Now).Verdict);
}
