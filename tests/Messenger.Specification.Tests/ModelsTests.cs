using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Models;

namespace Messenger.Specification.Tests;

/// <summary>The models of src/clients/models: those of C# read and write every example; those of TypeScript and Kotlin are compiled. That they are up to date is GeneratedTests' matter.</summary>
[Collection(NodeCollection.Name)]
public sealed class ModelsTests(Node node) : IDisposable
{
    private static readonly string Models = Path.Combine(Documents.Root(), "src", "clients", "models");

    private readonly string _folder = Directory.CreateTempSubdirectory("messenger-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Those_of_CSharp_read_every_example_and_write_it_again()
    {
        var examples = Examples().ToList();
        Assert.True(examples.Count > 100, $"{examples.Count} examples");
        Assert.All(examples, example =>
        {
            var frame = JsonSerializer.Deserialize<Frame>(example, MessengerJson.Options)!;
            Assert.Equal(example["type"]!.GetValue<string>() + "Frame", frame.GetType().Name);

            // The base type: it is what writes the discriminator.
            AssertPartOf(example, JsonSerializer.SerializeToNode<Frame>(frame, MessengerJson.Options)!);
        });
    }

    [Fact]
    [Trait("Needs", "Node")]
    public async Task Those_of_TypeScript_take_every_example_as_a_frame_and_refuse_a_spoilt_one()
    {
        File.Copy(Path.Combine(Models, "messenger.ts"), Path.Combine(_folder, "messenger.ts"));
        var examples = new JsonArray([.. Examples().Select(example => (JsonNode)example)]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "examples.ts"), $$"""
            import type { Frame } from './messenger';
            export const examples: Frame[] = {{examples.ToJsonString()}};
            // @ts-expect-error: the payload of another frame
            export const spoilt: Frame = { type: 'RequestTyping', id: '1', payload: { when: 1 } };
            export const told = (frame: Frame): string => frame.type === 'RequestTyping' ? frame.payload.conversationUuid : frame.type;
            """);
        var compiler = Path.Combine("node_modules", "typescript", "bin", "tsc");
        await node.Run("node", compiler, "--noEmit", "--strict", "--target", "es2022", Path.Combine(_folder, "examples.ts"));
    }

    private static IEnumerable<JsonObject> Examples()
    {
        var data = Path.Combine(Documents.Root(), "tests", "Messenger.Protocol.Tests", "Data", "catalogue.json");
        var catalogue = JsonNode.Parse(File.ReadAllText(data))!;
        foreach (var exchange in catalogue["exchanges"]!.AsArray())
        {
            yield return Framed(exchange!["request"]!, exchange["requestExample"], ("id", "17"));
            yield return Framed(exchange["response"]!, exchange["responseExample"], ("id", 17));
        }

        foreach (var notification in catalogue["notifications"]!.AsArray())
        {
            yield return Framed(notification!["notification"]!, notification["example"], ("cursor", "5a31-9"));
        }
    }

    /// <summary>The discriminator stands last: it may stand anywhere.</summary>
    private static JsonObject Framed(JsonNode type, JsonNode? payload, (string Name, JsonNode Value) mark) =>
        new() { [mark.Name] = mark.Value, ["payload"] = payload?.DeepClone() ?? new JsonObject(), ["type"] = type.GetValue<string>() };

    /// <summary>Everything that was written stood in the example, and all of the example that is not null was written.</summary>
    private static void AssertPartOf(JsonNode? example, JsonNode? written)
    {
        switch (example)
        {
            case JsonObject members:
                var found = Assert.IsType<JsonObject>(written);
                Assert.Equal(members.Where(member => member.Value is not null).Select(member => member.Key).Order(StringComparer.Ordinal), found.Select(member => member.Key).Order(StringComparer.Ordinal));
                Assert.All(found, member => AssertPartOf(members[member.Key], member.Value));
                break;
            case JsonArray elements:
                var list = Assert.IsType<JsonArray>(written);
                Assert.Equal(elements.Count, list.Count);
                Assert.All(elements.Zip(list), pair => AssertPartOf(pair.First, pair.Second));
                break;
            default:
                Assert.True(JsonNode.DeepEquals(example, written), $"{example?.ToJsonString()} became {written?.ToJsonString()}");
                break;
        }
    }
}
