using System.Text.RegularExpressions;
using Xunit;

namespace Messenger.Architecture.Tests;

/// <summary>Whatever a document points to is there, and every document is found from the map.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Root = Path.GetDirectoryName(Source.Folder)!;

    public static TheoryData<string> Documents() => [.. All().Select(file => Path.GetRelativePath(Root, file))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        var wrong = Links(document).Where(link => !Exists(link.Target) || link.Anchor is { } anchor && !Anchors(link.Target).Contains(anchor));
        Assert.Equal([], wrong.Select(link => link.Written));
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_seen()
    {
        var link = Assert.Single(LinksIn("[a](no/such.md) and ```\n[b](in/code.md)\n``` and [c](https://example.org)", "docs/x.md"));
        Assert.Equal("no/such.md", link.Written);
        Assert.False(Exists(link.Target));
        Assert.DoesNotContain("no-such-heading", Anchors("docs/architecture.md"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_file_that_is_named_exists(string document)
    {
        var missing = Named().Matches(Read(document)).Select(match => match.Groups[1].Value.TrimEnd('/', '.'))
            .Where(path => !Exists(path) && !Exists(Path.Combine(Path.GetDirectoryName(document)!, path)));
        Assert.Equal([], missing.Distinct());
    }

    /// <summary>Notes, decisions and runbooks are found from their folders' pages; what lies beside code, from that code.</summary>
    [Fact]
    public void The_map_names_every_document()
    {
        var named = Links("docs/README.md").Select(link => link.Target).ToHashSet();
        Assert.Equal([], Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Select(file => "docs/" + Path.GetFileName(file))
            .Where(file => file != "docs/README.md" && !named.Contains(file)).Order());
    }

    private sealed record Link(string Written, string Target, string? Anchor);

    private static IEnumerable<string> All() => new[] { "docs", "src", "tests", "helm", ".github" }.Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories))
        .Where(file => !Foreign().IsMatch(file)).Append(Path.Combine(Root, "README.md")).Order();

    private static string Read(string document) => File.ReadAllText(Path.Combine(Root, document));

    private static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    private static IEnumerable<Link> Links(string document) => LinksIn(Read(document), document);

    private static IEnumerable<Link> LinksIn(string text, string document) =>
        from match in Linked().Matches(Fenced().Replace(text, ""))
        let written = match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value
        where !written.Contains(':', StringComparison.Ordinal)
        let parts = written.Split('#', 2)
        let target = parts[0].Length == 0 ? document : Path.GetRelativePath(Root, Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(document)!, parts[0])))
        select new Link(written, target, parts.Length == 2 && target.EndsWith(".md", StringComparison.Ordinal) ? parts[1] : null);

    /// <summary>Headings as GitHub names them, and anchors that a page sets itself.</summary>
    private static HashSet<string> Anchors(string document)
    {
        var text = Fenced().Replace(Read(document), "");
        return [.. Heading().Matches(text).Select(heading => Dropped().Replace(Text().Replace(heading.Groups[1].Value, "$1").Trim().ToLowerInvariant(), "").Replace(' ', '-')),
            .. Anchor().Matches(text).Select(anchor => anchor.Groups[1].Value)];
    }

    [GeneratedRegex(@"[\\/](bin|obj|node_modules|artifacts)[\\/]")]
    private static partial Regex Foreign();

    [GeneratedRegex(@"^```.*?^```|```.*?```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"\]\(([^)\s]+)\)|(?:src|srcset|href)=""([^""]+)""")]
    private static partial Regex Linked();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Text();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();

    [GeneratedRegex(@"id=""([^""]+)""")]
    private static partial Regex Anchor();

    [GeneratedRegex(@"`((?:src|tests|docs|helm|\.ci)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex Named();
}
