using System.Text;

namespace Messenger.Specification.Models;

/// <summary>Interfaces, and a union of frames that <c>type</c> tells apart.</summary>
internal static class TypeScriptModels
{
    public static string Write(WireModel model)
    {
        var text = new StringBuilder().Line($"// {ModelFiles.Head}").Line();
        text.Line($"export type AnswerStatus = {string.Join(" | ", model.Statuses.Select(status => $"'{status}'"))};");
        foreach (var record in model.Records)
        {
            text.Line().Line($"/** {record.Description.OneLine()} */").Line($"export interface {record.Name} {{");
            foreach (var field in record.Fields)
            {
                text.Line($"  /** {field.Description.OneLine()} */");
                text.Line(field.MayBeMissing ? $"  {field.Name}?: {Of(field.Type)} | null;" : $"  {field.Name}: {Of(field.Type)};");
            }

            text.Line("}");
        }

        foreach (var kind in Enum.GetValues<FrameKind>())
        {
            text.Line().Line($"export type {kind}Frame =");
            var frames = model.Frames.Where(frame => frame.Kind == kind).ToArray();
            foreach (var frame in frames)
            {
                var between = kind == FrameKind.Notification ? "cursor?: string | null" : "id?: string | number";
                text.Line($"  | {{ type: '{frame.Name}'; {between}; payload: {frame.Name} }}{(frame == frames[^1] ? ";" : "")}");
            }
        }

        return text.Line().Line("export type Frame = RequestFrame | ResponseFrame | NotificationFrame;").ToString();
    }

    private static string Of(FieldType type) => type switch
    {
        FieldType.Text => "string",
        FieldType.Flag => "boolean",
        FieldType.Number => "number",
        FieldType.Reference reference => reference.Name,
        FieldType.ListOf list => $"{Of(list.Element)}[]",
        FieldType.TextMap => "Record<string, string>",
        _ => throw new NotSupportedException($"{type}"),
    };
}
