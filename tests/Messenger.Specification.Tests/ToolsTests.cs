namespace Messenger.Specification.Tests;

/// <summary>What the tools of client teams make of the documents.</summary>
[Collection(NodeCollection.Name)]
[Trait("Needs", "Node")]
public sealed class ToolsTests(Node node) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("messenger-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_AsyncAPI_parser_finds_nothing_wrong_and_drops_nothing() =>
        Assert.Contains($"{GeneratedTests.Messages.Count} messages, {GeneratedTests.Operations} operations", await node.Script("parse.mjs", File("asyncapi.yaml"), File("asyncapi.json")), StringComparison.Ordinal);

    [Fact]
    public async Task The_description_of_the_files_is_OpenAPI() =>
        Assert.Contains("OpenAPI 3.1, 6 paths", await node.Script("openapi.mjs", File("openapi.yaml")), StringComparison.Ordinal);

    [Fact]
    public async Task Every_example_fits_its_schema_and_a_spoilt_one_does_not()
    {
        var report = await node.Script("examples.mjs", File("asyncapi.json"), Catalogue);

        Assert.Matches(@"^\d{3} examples fit\n$", report);
    }

    [Fact]
    public async Task Models_are_generated_for_Kotlin_TypeScript_and_Swift_and_take_every_example()
    {
        await node.Script("models.mjs", File("asyncapi.json"), _folder);
        await node.Script("literals.mjs", File("asyncapi.json"), Catalogue, _folder);

        await node.Run("node", [Path.Combine("node_modules", "typescript", "bin", "tsc"), "--noEmit", "--strict", "--target", "es2022", .. Directory.GetFiles(Path.Combine(_folder, "ts"))]);

        // Those of src/clients/models beside them: it is one start of the compiler.
        await node.Run("bash", [Path.Combine("node_modules", "kotlin-compiler", "bin", "kotlinc"), "-nowarn", "-d", Path.Combine(_folder, "classes"), Path.Combine(_folder, "kt"), Path.Combine(Documents.Root(), "src", "clients", "models", "Messenger.kt")]);

        // No Swift compiler is to be had where these tests run: that every type is there is all that can be said.
        var swift = await System.IO.File.ReadAllTextAsync(Path.Combine(_folder, "swift", "Messenger.swift"));
        Assert.All(
            AsyncApi.Generate(Documents.Root())["components"]!["messages"]!.AsObject().Select(message => message.Key),
            type => Assert.Contains($"public struct {type.Replace("Uuid", "UUID", StringComparison.Ordinal)}Frame: Codable", swift, StringComparison.OrdinalIgnoreCase));
    }

    private static string Catalogue => Path.Combine(Documents.Root(), "tests", "Messenger.Protocol.Tests", "Data", "catalogue.json");

    private static string File(string name) => Path.Combine(Documents.Root(), "docs", name);
}
