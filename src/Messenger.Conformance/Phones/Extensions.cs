using System.Text.Json;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Phones;

/// <summary>What the features add to the seed, out of the examples that were built in.</summary>
/// <param name="members">The feature and the name of each member that was added; an empty feature: of an answer that was asked for it.</param>
/// <param name="types">The feature and the name of each answer and notification.</param>
/// <param name="requests">The feature and the name of each request.</param>
internal sealed class Extensions(
    HashSet<(string Feature, string Name)> members, HashSet<(string Feature, string Name)> types, HashSet<(string Feature, string Name)> requests)
{
    public IReadOnlyCollection<(string Feature, string Name)> Requests => requests;

    public static Extensions Load()
    {
        using var document = JsonDocument.Parse(Resources.Open("extensions.json"));
        var root = document.RootElement;
        return new Extensions(
            [.. Of(root.GetProperty("members"), "name")],
            [.. Of(root.GetProperty("exchanges"), "response"), .. Of(root.GetProperty("notifications"), "notification")],
            [.. Of(root.GetProperty("exchanges"), "request")]);
    }

    public bool AllowsMember(string name, IReadOnlyCollection<string> named) => named.Any(feature => members.Contains((feature, name)));

    /// <summary>An answer of a feature comes to whoever asked for it, a notification to whoever named it.</summary>
    public bool Allows(string type, IReadOnlyCollection<string> named) =>
        types.Any(known => known.Name == type && (named.Contains(known.Feature) || !type.Contains("Notification", StringComparison.Ordinal)));

    private static IEnumerable<(string Feature, string Name)> Of(JsonElement list, string name) =>
        list.EnumerateArray().Select(item => (item.GetProperty("feature").GetString()!, item.GetProperty(name).GetString()!));
}
