using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Messenger.Cli.Terminal;

namespace Messenger.Cli.Admin;

/// <summary>Everything stored about a person, as one file with its own description.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var (user, path) = (Orders.User(), new Option<FileInfo?>("--output") { Description = "A new file, for you alone; else it goes to stdout" });
        return AdminSession.Command(
            "export", "Writes everything stored about a person, with its description. Example: messenger admin users export +35799123456 --output person.json",
            command => { command.Add(user); command.Add(path); },
            async (parsed, session, call) =>
            {
                var query = Orders.Query(parsed.GetValue(user)!);
                var index = await call(HttpMethod.Get, $"/users/export?{query}");
                var file = parsed.GetValue(path);
                await using var stream = file is null ? Console.OpenStandardOutput() : Private(file.FullName);
                var records = await Write(stream, index, (section, after) => call(
                    HttpMethod.Get, $"/users/export?{query}&section={Uri.EscapeDataString(section)}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}"));
                if (file is not null)
                {
                    session.Show(
                        parsed, new JsonObject { ["file"] = file.FullName, ["records"] = records },
                        _ => [$"{records} records of {index["sections"]!.AsArray().Count} kinds are in {file.FullName}."]);
                }
            });
    }

    /// <summary>Page by page: a person may have written a million messages.</summary>
    private static async Task<long> Write(Stream stream, JsonObject index, Func<string, string?, Task<JsonObject>> page)
    {
        var records = 0L;
        await using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = Lines.Json.Encoder });
        json.WriteStartObject();
        json.WriteNumber("format", 1);
        json.WriteString("userId", index["userId"]!.ToString());
        json.WriteString("exported", DateTimeOffset.UtcNow);
        json.WritePropertyName("schema");
        index["sections"]!.WriteTo(json);
        json.WriteStartObject("data");
        foreach (var section in index["sections"]!.AsArray())
        {
            var name = section!["name"]!.ToString();
            json.WriteStartArray(name);
            string? after = null;
            do
            {
                var answer = await page(name, after);
                foreach (var item in answer["items"]!.AsArray())
                {
                    item!.WriteTo(json);
                    records++;
                }

                await json.FlushAsync();
                after = answer["next"]?.ToString();
            }
            while (after is not null);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync();
        return records;
    }

    private static FileStream Private(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
