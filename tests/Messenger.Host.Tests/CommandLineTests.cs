using Messenger.Host.Configuration;
using Messenger.Host.Starting;

namespace Messenger.Host.Tests;

/// <summary>The words after the program's name.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void Without_a_verb_it_serves() => Assert.Equal("Run", Parse("--Silo:Role=gateway").Verb.ToString());

    [Fact]
    public void A_verb_with_an_operand_keeps_it()
    {
        var parsed = Parse("export", "somewhere");
        Assert.Equal((Verb.Export, "somewhere"), (parsed.Verb, parsed.Operand));
    }

    [Theory]
    [InlineData("export")]
    [InlineData("import")]
    [InlineData("check")]
    [InlineData("check", "ftp://there")]
    [InlineData("serve")]
    [InlineData("--Silo:Rolle=gateway")]
    public void What_nothing_is_known_of_is_refused_in_a_sentence(params string[] args)
    {
        var refused = Assert.Throws<StartRefusedException>(() => Parse(args));
        Assert.NotEmpty(refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void Help_names_every_key()
    {
        var help = string.Join('\n', CommandLine.KeyLines());
        Assert.All(ConfigKeys.All, key => Assert.Contains(key.Name, help, StringComparison.Ordinal));
    }

    private static CommandLine Parse(params string[] args) => CommandLine.Parse(args);
}
