using System.Globalization;
using System.Text.RegularExpressions;

namespace Messenger.Protocol.Tests;

/// <summary>docs/protocol.md is what client developers have: it names everything, and its rules can be cited.</summary>
public partial class DocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Root(), "docs", "protocol.md"));

    [Fact]
    public void Every_rule_has_an_id_of_its_own_and_every_citation_a_rule()
    {
        var rules = Definition().Matches(Document).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(rules);
        Assert.Equal(rules.Distinct(), rules);
        Assert.Empty(Citation().Matches(Document).Select(match => match.Groups[1].Value).Except(rules));
    }

    [Fact]
    public void Every_type_of_the_protocol_is_named() =>
        Assert.All(Catalogue.Entries.Select(entry => entry.Type).Distinct(), type => Assert.Contains($"`{type}`", Document, StringComparison.Ordinal));

    [Fact]
    public void Every_field_is_named() =>
        Assert.All(Catalogue.Entries.SelectMany(entry => entry.Fields).Distinct().Except(["nickname"]), field => Assert.Matches($"`{field}\\??`", Document));

    [Fact]
    public void Every_status_and_every_close_code_has_a_row()
    {
        string[] statuses =
        [
            Statuses.Ok, Statuses.BadRequest, Statuses.Unauthenticated, Statuses.Forbidden, Statuses.NotFound, Statuses.Conflict,
            Statuses.TooManyRequests, Statuses.Unavailable, Statuses.Internal,
        ];
        Assert.All(statuses, status => Assert.Contains($"\n| `{status}` |", Document, StringComparison.Ordinal));
        Assert.All(
            Enum.GetValues<CloseCode>().Where(code => code is not (CloseCode.None or CloseCode.Normal)),
            code => Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\n| {(int)code} |"), Document, StringComparison.Ordinal));
    }

    [Fact]
    public void It_is_plain_ASCII() => Assert.DoesNotContain(Document, c => c > '\x7e');

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Messenger.Actors.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the solution was not found above the tests");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^(?:- |\d\. )\[([A-Z]+-\d+)\]", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"\[([A-Z]+-\d+)\]")]
    private static partial Regex Citation();
}
