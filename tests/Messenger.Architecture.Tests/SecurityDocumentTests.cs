using System.Text.RegularExpressions;
using Xunit;

namespace Messenger.Architecture.Tests;

/// <summary>docs/security.md promises nothing without a test, and names no test that is not there.</summary>
public sealed partial class SecurityDocumentTests
{
    private static readonly string Root = Path.GetDirectoryName(Source.Folder)!;
    private static readonly string Document = File.ReadAllText(Path.Combine(Root, "docs", "security.md"));

    [Fact]
    public void Every_promise_names_its_test()
    {
        var promises = Document.Split("## What is promised")[1].Split("## ")[0].Split('\n');
        var joined = promises.Aggregate(new List<string>(), (found, line) =>
        {
            if (Numbered().IsMatch(line))
            {
                found.Add(line);
            }
            else if (found.Count > 0)
            {
                found[^1] += " " + line;
            }

            return found;
        });
        Assert.True(joined.Count >= 13);
        Assert.All(joined, promise => Assert.True(Test().IsMatch(promise) || promise.Contains("check `", StringComparison.Ordinal), $"no test: {promise}"));
    }

    [Fact]
    public void Every_test_that_it_names_is_there()
    {
        var there = Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var named = Test().Matches(Document).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(named.Count > 30);
        Assert.DoesNotContain(named, name => !there.Contains(name));
    }

    [GeneratedRegex(@"^\d+\. ")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex Test();
}
