using System.Text;

namespace Messenger.Specification.Models;

/// <summary>Data classes without a library for JSON, and a sealed interface of frames.</summary>
internal static class KotlinModels
{
    private static readonly HashSet<string> Keywords =
    [
        "as", "break", "class", "continue", "do", "else", "false", "for", "fun", "if", "in", "interface", "is", "null", "object", "package", "return", "super", "this", "throw", "true",
        "try", "typealias", "typeof", "val", "var", "when", "while",
    ];

    public static string Write(WireModel model)
    {
        var text = new StringBuilder().Line($"// {ModelFiles.Head}").Line("package actors.messenger.protocol").Line();
        text.Line("public enum class AnswerStatus(public val wire: String) {");
        foreach (var status in model.Statuses)
        {
            text.Line($"    {status.ToUpperInvariant()}(\"{status}\"),");
        }

        text.Line("}");
        foreach (var record in model.Records)
        {
            Record(text, record);
        }

        text.Line().Line("/** What is sent and what comes; [type] tells them apart. */").Line("public sealed interface Frame {").Line("    public val type: String").Line("}");
        foreach (var kind in Enum.GetValues<FrameKind>())
        {
            text.Line().Line($"public sealed interface {kind}Frame : Frame");
        }

        foreach (var frame in model.Frames)
        {
            var first = frame.Kind == FrameKind.Notification ? "val cursor: String?" : "val id: String?";
            text.Line().Line($"public data class {frame.Name}Frame(public {first}, public val payload: {frame.Name}) : {frame.Kind}Frame {{");
            text.Line($"    override val type: String get() = \"{frame.Name}\"").Line("}");
        }

        return text.ToString();
    }

    private static void Record(StringBuilder text, ModelRecord record)
    {
        text.Line().Line($"/** {Comment(record.Description)} */");
        if (record.Fields.Count == 0)
        {
            text.Line($"public object {record.Name}");
            return;
        }

        text.Line($"public data class {record.Name}(");
        foreach (var field in record.Fields)
        {
            text.Line($"    /** {Comment(field.Description)} */");
            text.Line($"    public val {(Keywords.Contains(field.Name) ? $"`{field.Name}`" : field.Name)}: {Of(field.Type)}{(field.MayBeMissing ? "? = null" : "")},");
        }

        text.Line(")");
    }

    private static string Comment(string description) => description.OneLine().Replace("*/", "* /", StringComparison.Ordinal);

    private static string Of(FieldType type) => type switch
    {
        FieldType.Text => "String",
        FieldType.Flag => "Boolean",
        FieldType.Number number => number.IsLong ? "Long" : "Int",
        FieldType.Reference reference => reference.Name,
        FieldType.ListOf list => $"List<{Of(list.Element)}>",
        FieldType.TextMap => "Map<String, String>",
        _ => throw new NotSupportedException($"{type}"),
    };
}
