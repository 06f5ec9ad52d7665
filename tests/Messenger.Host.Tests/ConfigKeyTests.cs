using Messenger.Host.Configuration;
using Microsoft.Extensions.Configuration;

namespace Messenger.Host.Tests;

/// <summary>What a key takes, and what it says of what it does not take.</summary>
public sealed class ConfigKeyTests
{
    private static readonly ConfigKey<int> Whole = ConfigKey.Whole("Some:Number", 5, 10, 7, "why");
    private static readonly ConfigKey<string?> Secret = ConfigKey.Secret("Some:Secret", "at least nothing", "none", "why");

    [Theory]
    [InlineData(null, 7)]
    [InlineData("  ", 7)]
    [InlineData("5", 5)]
    [InlineData(" 10 ", 10)]
    public void A_number_within_its_bounds_is_read_and_none_is_the_default(string? given, int expected) => Assert.Equal(expected, Whole.Read(From(Whole, given)));

    [Theory]
    [InlineData("4")]
    [InlineData("11")]
    [InlineData("-7")]
    [InlineData("7.0")]
    [InlineData("seven")]
    public void Anything_else_is_refused_with_what_it_takes_and_what_was_given(string given)
    {
        var refused = Assert.Throws<StartRefusedException>(() => Whole.Read(From(Whole, given)));
        Assert.Contains("Some:Number", refused.Message, StringComparison.Ordinal);
        Assert.Contains("a whole number from 5 to 10", refused.Message, StringComparison.Ordinal);
        Assert.Contains(given, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_not_repeated_in_a_refusal() =>
        Assert.DoesNotContain("hunter2", Secret.Refuse("it is too short", "hunter2").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://chat.example/x", true)]
    [InlineData("ftp://chat.example", false)]
    [InlineData("chat.example", false)]
    public void A_url_is_absolute_and_http(string given, bool fits)
    {
        var key = ConfigKey.Url("Some:Url", "none", "why");
        Assert.Equal(fits, Record.Exception(() => key.Read(From(key, given))) is null);
    }

    [Fact]
    public void No_key_stands_twice()
    {
        var names = ConfigKeys.All.Select(key => key.Name).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    private static IConfiguration From(ConfigKey key, string? value) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key.Name] = value }).Build();
}
