using System.Text;

namespace Messenger.Specification.Models;

/// <summary>Codable structures, and an enumeration of frames that <c>type</c> tells apart. No Swift compiler is to be had where this is tested.</summary>
internal static class SwiftModels
{
    public static string Write(WireModel model)
    {
        var text = new StringBuilder().Line($"// {ModelFiles.Head}").Line("import Foundation").Line();
        text.Line("public enum AnswerStatus: String, Codable, Sendable {");
        foreach (var status in model.Statuses)
        {
            text.Line($"    case {status.Camel().Replace("internal", "`internal`", StringComparison.Ordinal)} = \"{status}\"");
        }

        text.Line("}");
        foreach (var record in model.Records)
        {
            Record(text, record);
        }

        Frames(text, model);
        return text.ToString();
    }

    private static void Record(StringBuilder text, ModelRecord record)
    {
        text.Line().Line($"/// {record.Description.OneLine()}").Line($"public struct {record.Name}: Codable, Sendable {{");
        foreach (var field in record.Fields)
        {
            text.Line($"    /// {field.Description.OneLine()}");
            text.Line($"    public var {field.Name}: {Of(field.Type)}{(field.MayBeMissing ? "?" : "")}");
        }

        var parameters = record.Fields.Select(field => $"{field.Name}: {Of(field.Type)}{(field.MayBeMissing ? "? = nil" : "")}");
        text.Line().Line($"    public init({string.Join(", ", parameters)}) {{");
        foreach (var field in record.Fields)
        {
            text.Line($"        self.{field.Name} = {field.Name}");
        }

        text.Line("    }").Line("}");
    }

    private static void Frames(StringBuilder text, WireModel model)
    {
        text.Line().Line("/// What is sent and what comes. What this model does not know is `unknown`: it is to be ignored, and its cursor stored.").Line("public enum Frame: Sendable {");
        foreach (var frame in model.Frames)
        {
            text.Line($"    case {Case(frame)}({Mark(frame)}: String?, payload: {frame.Name})");
        }

        text.Line("    case unknown(type: String, cursor: String?)").Line("}").Line().Line("extension Frame: Codable {");
        text.Line("    private enum CodingKeys: String, CodingKey { case type, id, cursor, payload }").Line();
        text.Line("    public init(from decoder: Decoder) throws {").Line("        let frame = try decoder.container(keyedBy: CodingKeys.self)");
        text.Line("        let id = try frame.decodeIfPresent(String.self, forKey: .id)").Line("        let cursor = try frame.decodeIfPresent(String.self, forKey: .cursor)");
        text.Line("        let type = try frame.decode(String.self, forKey: .type)").Line("        switch type {");
        foreach (var frame in model.Frames)
        {
            text.Line($"        case \"{frame.Name}\": self = .{Case(frame)}({Mark(frame)}: {Mark(frame)}, payload: try frame.decode({frame.Name}.self, forKey: .payload))");
        }

        text.Line("        default: self = .unknown(type: type, cursor: cursor)").Line("        }").Line("    }").Line();
        text.Line("    public func encode(to encoder: Encoder) throws {").Line("        var frame = encoder.container(keyedBy: CodingKeys.self)").Line("        switch self {");
        foreach (var frame in model.Frames)
        {
            text.Line($"        case let .{Case(frame)}({Mark(frame)}, payload):").Line($"            try frame.encode(\"{frame.Name}\", forKey: .type)");
            text.Line($"            try frame.encodeIfPresent({Mark(frame)}, forKey: .{Mark(frame)})").Line("            try frame.encode(payload, forKey: .payload)");
        }

        text.Line("        case let .unknown(type, cursor):").Line("            try frame.encode(type, forKey: .type)").Line("            try frame.encodeIfPresent(cursor, forKey: .cursor)");
        text.Line("        }").Line("    }").Line("}");
    }

    private static string Case(ModelFrame frame) => char.ToLowerInvariant(frame.Name[0]) + frame.Name[1..];

    private static string Mark(ModelFrame frame) => frame.Kind == FrameKind.Notification ? "cursor" : "id";

    private static string Of(FieldType type) => type switch
    {
        FieldType.Text => "String",
        FieldType.Flag => "Bool",
        FieldType.Number number => number.IsLong ? "Int64" : "Int32",
        FieldType.Reference reference => reference.Name,
        FieldType.ListOf list => $"[{Of(list.Element)}]",
        FieldType.TextMap => "[String: String]",
        _ => throw new NotSupportedException($"{type}"),
    };
}
