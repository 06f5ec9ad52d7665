using System.Text.RegularExpressions;

namespace Messenger.Specification;

/// <summary>Which family a record belongs to: the name of the source file that it stands in, as the house has it.</summary>
public sealed partial class Families
{
    /// <summary>As a client meets them.</summary>
    public static readonly IReadOnlyList<string> InOrder =
    [
        "Registration", "Lock", "Linking", "ServerSettings", "Profile", "Contacts", "Conversations", "SessionKeys", "Messages", "Expiry", "Files", "Reports", "Sync", "AccountChanges", "Calls", "Signals", "Preferences",
        "Statuses", "Notifications",
    ];

    private readonly Dictionary<string, string> _families;

    /// <param name="sources">The folder of the protocol's sources.</param>
    public Families(string sources) =>
        _families = Directory.GetFiles(sources, "*.cs")
            .SelectMany(file => Record().Matches(File.ReadAllText(file)).Select(match => (Type: match.Groups[1].Value, Family: Path.GetFileNameWithoutExtension(file))))
            .ToDictionary(pair => pair.Type, pair => pair.Family, StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">The type's file is no family: whoever reads the document would never meet it.</exception>
    public string Of(string type) => InOrder.Contains(_families[type])
        ? _families[type]
        : throw new InvalidOperationException($"{type} stands in {_families[type]}.cs, which {nameof(Families)}.{nameof(InOrder)} does not have.");

    [GeneratedRegex(@"public sealed record (\w+)")]
    private static partial Regex Record();
}
