using System.CommandLine;
using System.Text.Json.Nodes;

namespace Messenger.Cli.Admin;

/// <summary>What is in the store, and what goes out of it.</summary>
internal static class StoreCommands
{
    public static Command Counts() => AdminSession.Command(
        "counts", "How much there is", _ => { },
        async (parsed, session, call) => session.Show(
            parsed, await call(HttpMethod.Get, "/counts"), counts => counts.Select(count => $"{count.Key,-16} {count.Value,12}")));

    public static Command Retention()
    {
        var kind = new Argument<string>("kind") { Description = "messages or files" };
        var days = new Argument<int>("days") { Description = "What is older than this goes" };
        var dry = new Option<bool>("--dry-run") { Description = "Only counts" };
        var yes = new Option<bool>("--yes") { Description = "It is meant: nothing brings back what was removed" };
        return AdminSession.Command(
            "retention", "Removes what is older than so many days, for good, in small steps. Example: messenger admin retention messages 365 --dry-run",
            command =>
            {
                command.Add(kind);
                command.Add(days);
                command.Add(dry);
                command.Add(yes);
            },
            async (parsed, session, call) =>
            {
                var (removed, after, dryRun) = (0L, (string?)null, parsed.GetValue(dry));
                AdminSession.Meant(dryRun || parsed.GetValue(yes), $"removes for good all {parsed.GetValue(kind)} older than {parsed.GetValue(days)} days");
                do
                {
                    var step = await call(HttpMethod.Post, "/retention", new { kind = parsed.GetValue(kind), days = parsed.GetValue(days), dryRun, after });
                    removed += step["removed"]!.GetValue<long>();
                    after = step["next"]?.ToString();
                    if (!session.IsJson(parsed) && !Console.IsErrorRedirected)
                    {
                        await Console.Error.WriteAsync($"\r{removed} ");
                    }
                }
                while (after is not null);
                session.Show(parsed, new JsonObject { ["removed"] = removed, ["dryRun"] = dryRun }, _ => [dryRun ? $"{removed} would go." : $"{removed} removed."]);
            });
    }

    public static Command Audit()
    {
        var before = new Option<long?>("--before") { Description = "Older than this time, in milliseconds since the Unix epoch" };
        var since = new Option<long?>("--since") { Description = "Not older than this time, in milliseconds since the Unix epoch" };
        var actor = new Option<string?>("--actor") { Description = "Calls with the token of this name" };
        var target = new Option<string?>("--target") { Description = "Calls about this user id or conversation" };
        var action = new Option<string?>("--action") { Description = "Calls whose method and path contain this, such as users/suspend" };
        var changes = new Option<bool>("--changes") { Description = "Without those that only looked" };
        var size = new Option<int>("--size") { Description = "Entries of a page", DefaultValueFactory = _ => 50 };
        Option[] options = [before, since, actor, target, action, changes, size];
        return AdminSession.Command(
            "audit", "Who called what, newest first. Example: messenger admin audit --actor alice --changes", command => Array.ForEach(options, command.Add),
            async (parsed, session, call) => session.Show(
                parsed, await call(HttpMethod.Get, "/audit?" + string.Join('&', options.Select(option => (option.Name, Value: parsed.GetResult(option) is null ? null : Text(parsed, option)))
                    .Where(one => one.Value is not null).Select(one => $"{one.Name.TrimStart('-')}={Uri.EscapeDataString(one.Value!)}"))),
                page => page["items"]!.AsArray().Select(Line).Concat(page["next"] is { } next ? [$"More: --before {next}"] : [])));

        static string? Text(ParseResult parsed, Option option) => option switch
        {
            Option<long?> number => parsed.GetValue(number)?.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Option<int> number => parsed.GetValue(number).ToString(System.Globalization.CultureInfo.InvariantCulture),
            Option<bool> flag => parsed.GetValue(flag) ? "true" : null,
            Option<string?> text => parsed.GetValue(text),
            _ => null,
        };
    }

    private static string Line(JsonNode? entry) =>
        $"{AdminSession.Time(entry!["at"])}  {entry["actor"] ?? "nobody",-12}  {entry["status"] ?? "unfinished"}  {entry["action"]}  {entry["target"]}  {entry["from"]}  {entry["detail"]}";
}
