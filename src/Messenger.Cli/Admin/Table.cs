using System.Text.Json.Nodes;

namespace Messenger.Cli.Admin;

/// <summary>Rows of an answer as a table for people; scripts take <c>--json</c>.</summary>
internal static class Table
{
    public static IEnumerable<string> Of(JsonArray items, JsonNode? next, string nextOption, params (string Title, Func<JsonObject, string?> Cell)[] columns)
    {
        List<string[]> rows = [[.. columns.Select(column => column.Title)], .. items.Select(item => columns.Select(column => column.Cell(item!.AsObject()) ?? "-").ToArray())];
        if (rows.Count == 1)
        {
            return ["None."];
        }

        var widths = columns.Select((_, at) => rows.Max(row => row[at].Length)).ToArray();
        var lines = rows.Select(row => string.Join("  ", row.Select((cell, at) => cell.PadRight(widths[at]))).TrimEnd());
        return next is null ? lines : lines.Append($"More: {nextOption} {next}");
    }

    public static string Yes(JsonNode? value) => value?.GetValue<bool>() is true ? "yes" : "no";
}
