using System.Xml.Linq;
using Messenger.Grains.Conversations;
using Messenger.Grains.Tracing;
using NetArchTest.Rules;
using Orleans;
using Xunit;

namespace Messenger.Gateway.Tests.Architecture;

/// <summary>The arrows between the projects, and what each of them may know.</summary>
public sealed class ArchitectureTests
{
    /// <summary>Each project and the projects that it may name. A project that is not here has not been thought about.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Messenger.Protocol"] = [],
        ["Messenger.Ports"] = [],
        ["Messenger.Grains"] = ["Messenger.Protocol", "Messenger.Ports"],
        ["Messenger.Gateway"] = ["Messenger.Grains"],
        ["Messenger.Providers"] = ["Messenger.Ports"],
        ["Messenger.Host"] = ["Messenger.Gateway", "Messenger.Providers"],
        ["Messenger.Client"] = ["Messenger.Protocol"],
        ["Messenger.Specification"] = ["Messenger.Protocol"],
        // Judges the server and the client by the document alone.
        ["Messenger.Conformance"] = [],
        ["Messenger.Cli"] = ["Messenger.Client", "Messenger.Conformance"],
    };

    public static TheoryData<string> Projects => [.. Directory.GetDirectories(Source).Select(folder => Path.GetFileName(folder)!)];

    private static string Source
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Messenger.Actors.sln")))
                {
                    return Path.Combine(folder.FullName, "src");
                }
            }

            throw new DirectoryNotFoundException("the tests are not below the solution");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_names_only_what_is_below_it(string project)
    {
        Assert.True(Arrows.ContainsKey(project), $"{project} is not in the house's plan: add its arrows");
        var named = XDocument.Load(Path.Combine(Source, project, project + ".csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Equal(Arrows[project].Order(), named.Order());
    }

    [Fact]
    public void A_trace_goes_on_in_every_call_of_a_grain()
    {
        var calls = typeof(IConversationGrain).Assembly.GetTypes()
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain)))
            .SelectMany(grain => grain.GetMethods())
            .ToList();
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.True(call.IsDefined(typeof(TracedAttribute), inherit: false), $"{call.DeclaringType!.Name}.{call.Name} is not [Traced]"));
    }

    [Theory]
    [InlineData("Messenger.Protocol", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore")]
    [InlineData("Messenger.Ports", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore", "Orleans")]
    [InlineData("Messenger.Grains", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore")]
    [InlineData("Messenger.Gateway", "Npgsql", "Microsoft.Data.Sqlite")]
    public void A_layer_does_not_know(string project, params string[] unknown)
    {
        var result = Types.InAssembly(System.Reflection.Assembly.Load(project)).ShouldNot().HaveDependencyOnAny(unknown).GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void Grains_are_called_by_their_interfaces_alone()
    {
        var result = Types.InAssembly(typeof(Grains.Caller).Assembly)
            .That().Inherit(typeof(Orleans.Grain)).And().AreNotAbstract()
            .Should().NotBePublic().GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
