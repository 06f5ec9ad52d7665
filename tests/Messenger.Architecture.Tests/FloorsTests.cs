using System.Xml.Linq;
using Xunit;

namespace Messenger.Architecture.Tests;

/// <summary>The arrows between projects and between their folders, as the code draws them.</summary>
public sealed class FloorsTests
{
    public static TheoryData<string> Projects => [.. Directory.GetDirectories(Source.Folder)
        .Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_names_only_what_is_below_it(string project)
    {
        Assert.True(Floors.Projects.ContainsKey(project), $"{project} is not in the plan of the house: add its arrows");
        var named = XDocument.Load(Path.Combine(Source.Folder, project, project + ".csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Equal(Floors.Projects[project].Order(), named.Order());
    }

    /// <summary>References are transitive, uses are not hidden by that.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_what_it_or_those_below_it_name(string project)
    {
        var below = Below(project);
        var wrong = Uses.Of(Assembly(project)).Where(use => ProjectOf(use.To) != project && !below.Contains(ProjectOf(use.To)));
        Assert.True(!wrong.Any(), Listed(wrong));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_folder_uses_only_lower_floors(string project)
    {
        var uses = Uses.Of(Assembly(project)).Where(use => ProjectOf(use.To) == project && ProjectOf(use.From) == project).ToList();
        var floors = Floors.Folders.GetValueOrDefault(project, [[""]]);
        int Floor(string folder) => Array.FindIndex(floors, floor => floor.Contains(folder == project ? "" : folder[(project.Length + 1)..]));
        var unplanned = uses.SelectMany(use => new[] { use.From, use.To }).Distinct().Where(folder => Floor(folder) < 0).ToList();
        Assert.True(unplanned.Count == 0, $"not in the plan of the house: {string.Join(", ", unplanned)}");
        var wrong = uses.Where(use => Floor(use.From) >= Floor(use.To));
        Assert.True(!wrong.Any(), Listed(wrong));
    }

    [Fact]
    public void No_folder_is_part_of_a_circle()
    {
        var uses = Floors.Projects.Keys.SelectMany(project => Uses.Of(Assembly(project)));
        Assert.Empty(Uses.Circles(uses).Select(circle => string.Join(" <-> ", circle)));
    }

    [Fact]
    public void The_search_for_circles_finds_one()
    {
        Uses.Use[] uses = [new("A", "a", "B", "b"), new("B", "b", "C", "c"), new("C", "c", "B", "b"), new("C", "c", "D", "d")];
        Assert.Equal(["B", "C"], Assert.Single(Uses.Circles(uses)));
    }

    [Fact]
    public void The_search_for_uses_finds_a_call_inside_a_method()
    {
        var uses = Uses.Of(Assembly("Messenger.Gateway"));
        Assert.Contains(uses, use => use is { From: "Messenger.Gateway.Hosting", Type: "GatewayExtensions", Used: "RouteTable" });
    }

    [Fact]
    public void A_namespace_is_a_folder()
    {
        var wrong = Source.Files
            .Select(file => (File: file, Line: File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))))
            .Where(one => one.Line is not null && one.Line["namespace ".Length..].TrimEnd(';') != Path.GetRelativePath(Source.Folder, Path.GetDirectoryName(one.File)!).Replace('/', '.').Replace('\\', '.'))
            .Select(one => one.File);
        Assert.Empty(wrong);
    }

    private static HashSet<string> Below(string project) =>
        [.. Floors.Projects[project], .. Floors.Projects[project].SelectMany(Below)];

    private static string ProjectOf(string folder) => string.Join('.', folder.Split('.').Take(2));

    private static string Assembly(string project)
    {
        var name = project == "Messenger.Cli" ? "messenger" : project;
        var path = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        Assert.True(File.Exists(path), $"{name}.dll is not beside the tests");
        return path;
    }

    private static string Listed(IEnumerable<Uses.Use> uses) =>
        string.Join('\n', uses.Select(use => $"{use.From}: {use.Type} uses {use.Used} of {use.To}").Order());
}
