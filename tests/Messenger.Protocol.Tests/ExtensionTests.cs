using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messenger.Protocol.Tests;

/// <summary>What we added to the seed: every record and member of it has an example, and a client that names nothing sees none of it.</summary>
public class ExtensionTests
{
    private static readonly JsonNode File = JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "extensions.json")))!;

    [Fact]
    public void Every_record_of_an_extension_has_an_example_under_its_features_name()
    {
        var records = typeof(IRequest).Assembly.GetTypes()
            .Where(type => (type.IsAssignableTo(typeof(IRequest)) || type.IsAssignableTo(typeof(INotification))) && FeatureNames.Of(type) != Features.None)
            .Select(type => $"{FeatureNames.Of(FeatureNames.Of(type)).Single()} {type.Name}");

        Assert.Equal(records.Order(StringComparer.Ordinal), Named("exchanges", "request").Concat(Named("notifications", "notification")).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_member_that_was_added_to_a_record_of_the_seed_has_an_example()
    {
        var members = typeof(IRequest).Assembly.GetTypes()
            .Where(type => type.IsClass && !type.ContainsGenericParameters && !type.IsAssignableTo(typeof(IRequest)) && WireJson.Default.GetTypeInfo(type) is not null)
            .SelectMany(type => type.GetProperties().Select(property => (Type: type, Property: property, Of: property.GetCustomAttribute<OfFeatureAttribute>())))
            .Where(member => member.Of is not null)
            .Select(member => $"{string.Concat(FeatureNames.Of(member.Of!.Feature))} {member.Type.Name}.{JsonNamingPolicy.CamelCase.ConvertName(member.Property.Name)}");

        Assert.Equal(
            members.Order(StringComparer.Ordinal),
            File["members"]!.AsArray().Select(member => $"{member!["feature"]} {member["of"]}.{member["name"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_example_is_read_and_written_back_the_same()
    {
        foreach (var (type, example) in Examples())
        {
            var info = WireJson.Default.GetTypeInfo(Catalogue.RecordOf(type))!;
            var record = JsonSerializer.Deserialize(example.ToJsonString(), info)!;
            Assert.True(record is not IRequest request || request.Fault() is null, $"{type}: {(record as IRequest)?.Fault()}");
            var written = JsonNode.Parse(FrameWriter.Payload(record))!;
            Assert.True(JsonNode.DeepEquals(example, written), $"{type}: {written.ToJsonString()} is not {example.ToJsonString()}");
        }
    }

    [Fact]
    public void A_request_of_an_extension_with_no_field_at_all_never_throws()
    {
        foreach (var type in typeof(IRequest).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IRequest))))
        {
            var request = (IRequest)JsonSerializer.Deserialize("{}", WireJson.Default.GetTypeInfo(type)!)!;
            _ = request.Fault();
        }
    }

    [Fact]
    public void Names_are_read_and_unknown_ones_ignored()
    {
        Assert.Equal(Features.Errors | Features.WebPush, FeatureNames.Parse(["errors", "of tomorrow", "web-push", "errors", "Errors"]));
        Assert.Equal(Features.None, FeatureNames.Parse(null));
        Assert.All(Enum.GetValues<Features>().Except([Features.None]), feature => Assert.Equal(feature, FeatureNames.Parse([Assert.Single(FeatureNames.Of(feature))])));
    }

    [Fact]
    public void Features_that_are_no_names_are_refused()
    {
        Assert.Contains("64", new RequestGetServerSettings { Features = [.. Enumerable.Repeat("x", 65)] }.Fault(), StringComparison.Ordinal);
        Assert.NotNull(new RequestGetServerSettings { Features = [null!] }.Fault());
        Assert.NotNull(new RequestGetServerSettings { Features = [new string('x', 129)] }.Fault());
        Assert.Null(new RequestGetServerSettings { Features = [] }.Fault());
    }

    [Theory]
    [InlineData(Features.None, """{"message":{"uuid":"1"}}""")]
    [InlineData(Features.Sync, """{"message":{"uuid":"1"}}""")]
    [InlineData(Features.Hints, """{"message":{"uuid":"1","kind":"silent"}}""")]
    [InlineData(Features.Expiry, """{"message":{"uuid":"1","expires":17}}""")]
    [InlineData(Features.Hints | Features.Expiry, """{"message":{"uuid":"1","kind":"silent","expires":17}}""")]
    [InlineData(Features.Hints | Features.Account, """{"message":{"uuid":"1","kind":"silent"},"last":"+/\""}""")]
    public void A_payload_has_what_its_reader_named(Features named, string expected)
    {
        var payload = """{"message":{"uuid":"1"}}"""u8.ToArray();
        Addition[] additions =
        [
            Addition.Last(Features.Account, payload, 1, "last", "+/\""), Addition.Last(Features.Hints, payload, 2, "kind", "silent"),
            Addition.Last(Features.Expiry, payload, 2, "expires", 17L),
        ];

        Assert.Equal(expected, Encoding.UTF8.GetString(Addition.Merge(payload, additions, named)));
    }

    private static IEnumerable<(string Type, JsonObject Example)> Examples() =>
        File["exchanges"]!.AsArray().SelectMany(exchange => new[] { ("request", "requestExample"), ("response", "responseExample") }
                .Select(pair => (exchange![pair.Item1]!.GetValue<string>(), exchange[pair.Item2]!.AsObject())))
            .Concat(File["notifications"]!.AsArray().Select(notification => (notification!["notification"]!.GetValue<string>(), notification["example"]!.AsObject())));

    private static IEnumerable<string> Named(string list, string name) => File[list]!.AsArray().Select(item => $"{item!["feature"]} {item[name]}");
}
