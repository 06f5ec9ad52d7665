using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Messenger.Specification;

/// <summary>The docstrings of the protocol's records, as the compiler wrote them beside the assembly, in plain text.</summary>
public sealed partial class Docstrings
{
    private readonly Dictionary<string, XElement> _members;

    /// <exception cref="FileNotFoundException">The assembly was built without its documentation.</exception>
    public Docstrings(System.Reflection.Assembly of) =>
        _members = XDocument.Load(Path.ChangeExtension(of.Location, ".xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    public string? Summary(Type type) => Text($"T:{type.FullName}", member => member.Element("summary"));

    /// <summary>Of a constant or an enum's value.</summary>
    public string? Summary(Type type, string field) => Text($"F:{type.FullName}.{field}", member => member.Element("summary"));

    /// <summary>Of a positional record's parameter.</summary>
    public string? Parameter(Type type, string name) => Text(
        $"T:{type.FullName}", member => member.Elements("param").FirstOrDefault(param => param.Attribute("name")!.Value == name));

    private string? Text(string member, Func<XElement, XElement?> part) =>
        _members.TryGetValue(member, out var found) && part(found) is { } element ? Plain(element) : null;

    private static string Plain(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XText words => words.Value,
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "see" } link => $"`{Short(link.Attribute("cref")!.Value)}`",
                XElement { Name.LocalName: "paramref" } field => $"`{JsonNamingPolicy.CamelCase.ConvertName(field.Attribute("name")!.Value)}`",
                _ => throw new NotSupportedException($"a docstring holds {node}"),
            });
        }

        // The documents are plain ASCII.
        return Spaces().Replace(text.ToString(), " ").Trim().Replace("\u2192", "to", StringComparison.Ordinal).Replace("\u2026", "...", StringComparison.Ordinal);
    }

    private static string Short(string cref) => cref[(cref.LastIndexOf('.') + 1)..];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
