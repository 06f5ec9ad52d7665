using System.Text.RegularExpressions;

namespace Messenger.Specification;

/// <summary>Which family a record belongs to: the name of the source file that it stands in, as the house has it.</summary>
public sealed partial class Families
{
    /// <summary>As a client meets them.</summary>
    public static readonly IReadOnlyList<string> InOrder =
        ["Registration", "ServerSettings", "Profile", "Contacts", "Conversations", "SessionKeys", "Messages", "Files", "Reports", "Sync", "AccountChanges", "Statuses", "Notifications"];

    private readonly Dictionary<string, string> _families;

    /// <param name="sources">The folder of the protocol's sources.</param>
    public Families(string sources) =>
        _families = Directory.GetFiles(sources, "*.cs")
            .SelectMany(file => Record().Matches(File.ReadAllText(file)).Select(match => (Type: match.Groups[1].Value, Family: Path.GetFileNameWithoutExtension(file))))
            .ToDictionary(pair => pair.Type, pair => pair.Family, StringComparer.Ordinal);

    public string Of(string type) => _families[type];

    [GeneratedRegex(@"public sealed record (\w+)")]
    private static partial Regex Record();
}
