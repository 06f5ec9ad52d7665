using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Messenger.Protocol.Tests;

/// <summary>The records against the seed: every example reads and writes back, every name is in both.</summary>
public class RecordTests
{
    /// <summary>What we added to the seed, each written down in the protocol document.</summary>
    private static readonly string[] Ours = ["RequestAuthenticationByApplication.resumeCursor"];

    /// <summary>Rows of the seed's tables that name the two halves of a map's entry, and no member.</summary>
    private static readonly string[] MapRows = ["NicksList.userId", "NicksList.nickname"];

    [Fact]
    public void The_seed_has_56_requests_21_responses_and_15_notifications()
    {
        Assert.Equal(56, Catalogue.Of(PayloadKind.Request).DistinctBy(entry => entry.Type).Count());
        Assert.Equal(21, Catalogue.Of(PayloadKind.Response).DistinctBy(entry => entry.Type).Count());
        Assert.Equal(15, Catalogue.Of(PayloadKind.Notification).DistinctBy(entry => entry.Type).Count());
    }

    [Fact]
    public void There_is_a_record_for_each_request_and_notification_and_none_besides()
    {
        Assert.Equal(NamesOf(PayloadKind.Request), Implementations(typeof(IRequest)).Where(IsOfTheSeed));
        Assert.Equal(NamesOf(PayloadKind.Notification), Implementations(typeof(INotification)).Where(IsOfTheSeed));
    }

    [Theory]
    [MemberData(nameof(Catalogue.All), MemberType = typeof(Catalogue), DisableDiscoveryEnumeration = true)]
    public void An_example_is_read_and_written_back_the_same(CatalogueEntry entry)
    {
        var info = Info(Catalogue.RecordOf(entry.Type));
        var record = JsonSerializer.Deserialize(entry.Example, info)!;
        var written = JsonNode.Parse(FrameWriter.Payload(record))!.AsObject();
        foreach (var ours in Ours.Where(name => name.StartsWith($"{entry.Type}.", StringComparison.Ordinal)))
        {
            Assert.True(written.Remove(ours[(entry.Type.Length + 1)..]), $"{ours} is not written");
        }

        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(entry.Example.GetRawText()), written), $"written: {written.ToJsonString()}");
    }

    [Theory]
    [MemberData(nameof(Catalogue.Requests), MemberType = typeof(Catalogue), DisableDiscoveryEnumeration = true)]
    public void Nothing_is_wrong_with_the_shape_of_an_example(CatalogueEntry entry)
    {
        var request = (IRequest)JsonSerializer.Deserialize(entry.Example, Info(Catalogue.RecordOf(entry.Type)))!;

        Assert.Null(request.Fault());
    }

    [Theory]
    [MemberData(nameof(Catalogue.Requests), MemberType = typeof(Catalogue), DisableDiscoveryEnumeration = true)]
    public void A_request_with_no_field_at_all_is_refused_or_harmless_and_never_throws(CatalogueEntry entry)
    {
        var request = (IRequest)JsonSerializer.Deserialize("{}", Info(Catalogue.RecordOf(entry.Type)))!;

        var needed = entry.Example.EnumerateObject().Any(member => member.Name is "uuid" or "conversationUuid" or "contact" or "contactList" or "name");
        Assert.True(request.Fault() is not null || !needed, $"{entry.Type} takes an empty payload");
    }

    [Fact]
    public void Every_property_of_every_record_is_named_by_the_seed()
    {
        var known = new Dictionary<Type, HashSet<string>>();
        foreach (var entry in Catalogue.Entries)
        {
            foreach (var type in Reachable(Catalogue.RecordOf(entry.Type)))
            {
                known.TryAdd(type, []);
                known[type].UnionWith(entry.ExampleNames());
                known[type].UnionWith(entry.Fields);
            }
        }

        var strangers = known.SelectMany(pair => Info(pair.Key).Properties
            .Where(property => !pair.Value.Contains(property.Name) && !property.AttributeProvider!.IsDefined(typeof(OfFeatureAttribute), false))
            .Select(property => $"{pair.Key.Name}.{property.Name}"));
        Assert.Equal(Ours, strangers);
    }

    [Fact]
    public void Every_row_of_the_seeds_field_tables_is_a_property()
    {
        var missing = Catalogue.Entries.SelectMany(entry =>
        {
            var properties = Reachable(Catalogue.RecordOf(entry.Type)).SelectMany(type => Info(type).Properties).Select(property => property.Name).ToHashSet();
            return entry.Fields.Where(field => !properties.Contains(field)).Select(field => $"{entry.Type}.{field}");
        });
        Assert.Equal(MapRows, missing.Distinct());
    }

    [Fact]
    public void Base64_is_written_as_it_is()
    {
        var written = System.Text.Encoding.UTF8.GetString(FrameWriter.Payload(new RequestGetUserInfo("9dNAmjirVLHA7P1f3q9rbeBJr/5yctwuPAXZQDGKcI+=")));

        Assert.Contains("/5yctwuPAXZQDGKcI+=", written, StringComparison.Ordinal);
    }

    private static bool IsOfTheSeed(string type) => FeatureNames.Of(Catalogue.RecordOf(type)) == Features.None;

    private static List<string> NamesOf(PayloadKind kind) => [.. Catalogue.Of(kind).Select(entry => entry.Type).Distinct().Order(StringComparer.Ordinal)];

    private static List<string> Implementations(Type contract) =>
        [.. contract.Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(contract)).Select(type => type.Name).Order(StringComparer.Ordinal)];

    private static JsonTypeInfo Info(Type type) => WireJson.Default.GetTypeInfo(type) ?? throw new InvalidOperationException($"WireJson does not know {type}");

    /// <summary>This record and those that it holds, through arrays and maps.</summary>
    private static HashSet<Type> Reachable(Type type, HashSet<Type>? seen = null)
    {
        seen ??= [];
        var info = Info(type);
        if (info.Kind == JsonTypeInfoKind.Object && seen.Add(type))
        {
            foreach (var property in info.Properties.Where(property => !property.AttributeProvider!.IsDefined(typeof(OfFeatureAttribute), false)))
            {
                Reachable(property.PropertyType, seen);
            }
        }
        else if (info.ElementType is { } element && element.Namespace == typeof(IRequest).Namespace)
        {
            Reachable(element, seen);
        }

        return seen;
    }
}
