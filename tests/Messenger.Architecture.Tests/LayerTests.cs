using System.Text.Json;
using Messenger.Contracts;
using NetArchTest.Rules;
using Orleans;
using Xunit;

namespace Messenger.Architecture.Tests;

/// <summary>What each project may know of the libraries, and what holds for every grain.</summary>
public sealed class LayerTests
{
    [Theory]
    [InlineData("Messenger.Protocol", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore")]
    [InlineData("Messenger.Ports", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore", "Orleans")]
    [InlineData("Messenger.Telemetry", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore", "Orleans")]
    [InlineData("Messenger.Grains", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore")]
    [InlineData("Messenger.Gateway", "Npgsql", "Microsoft.Data.Sqlite")]
    public void A_layer_does_not_know(string project, params string[] unknown)
    {
        var result = Types.InAssembly(System.Reflection.Assembly.Load(project)).ShouldNot().HaveDependencyOnAny(unknown).GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
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

    [Fact]
    public void Grains_are_called_by_their_interfaces_alone()
    {
        var grains = Types.InAssembly(System.Reflection.Assembly.Load("Messenger.Grains")).That().Inherit(typeof(Grain)).And().AreNotAbstract();
        Assert.NotEmpty(grains.GetTypes());
        var result = grains.Should().NotBePublic().GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    /// <summary>Who ships a client ships no server with it: of Orleans the attributes of the records, which are one small assembly.</summary>
    [Theory]
    [InlineData("Messenger.Client")]
    [InlineData("Messenger.Cli")]
    public void A_client_ships_of_Orleans_the_attributes_alone(string project)
    {
        // Of this very build: bin/CONFIGURATION/net10.0 of the tests has its sibling there.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;
        var built = Directory.EnumerateFiles(Path.Combine(Source.Folder, project, "bin", configuration), "*.deps.json", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(built);
        foreach (var file in built)
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            var shipped = json.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name.Split('/')[0])
                .Where(name => name.Contains("Orleans", StringComparison.OrdinalIgnoreCase));
            Assert.Equal(["Microsoft.Orleans.Serialization.Abstractions"], shipped);
        }
    }
}
