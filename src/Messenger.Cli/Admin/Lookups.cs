using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Messenger.Cli.Admin;

/// <summary>Commands that only look.</summary>
internal static class Lookups
{
    private static readonly string[] Figures = ["accounts", "active", "messages", "deliveries", "bytesIn", "bytesOut", "sms", "pushes"];

    public static Command Users() => Paged(
        "list", "Pages through users, in the order of their ids. Example: messenger admin users list --part 3Nf", "/users/list", part: true,
        ("USER", user => user["userId"]!.ToString()), ("STATE", user => user["suspended"]!.GetValue<bool>() ? "suspended" : "active"),
        ("SINCE", user => AdminSession.Time(user["created"])), ("LAST SEEN", user => AdminSession.Time(user["lastLogin"])),
        ("KEYS", user => Table.Yes(user["hasKeys"])), ("REPORTS", user => user["reports"]!.ToString()));

    public static Command Devices()
    {
        var (part, after, size) = (Part(), After(), Size());
        return AdminSession.Command(
            "list", "Pages through users with their devices. Example: messenger admin devices list --size 20",
            command => { command.Add(part); command.Add(after); command.Add(size); },
            async (parsed, session, call) => session.Show(
                parsed, await call(HttpMethod.Get, $"/devices?{Page(parsed, part, after, size)}"),
                answer => Table.Of(
                    new JsonArray([.. answer["items"]!.AsArray().SelectMany(user => user!["devices"]!.AsArray().Select(device =>
                        {
                            var row = device!.DeepClone();
                            row["userId"] = user["userId"]!.ToString();
                            return row;
                        }))]),
                    answer["next"], "--after", ("USER", row => row["userId"]!.ToString()), ("DEVICE", row => row["device"]!.ToString()), ("TYPE", row => row["type"]!.ToString()),
                    ("ONLINE", row => Table.Yes(row["online"])), ("PUSH", row => Table.Yes(row["hasPushToken"])), ("LAST SEEN", row => AdminSession.Time(row["lastLogin"])))));
    }

    public static Command PushQueue() => Paged(
        "queue", "What waits to be pushed, the next one first", "/push/queue", part: false,
        ("USER", push => push["userId"]!.ToString()), ("DEVICE", push => push["device"]!.ToString()), ("TYPE", push => push["applicationType"]!.ToString()),
        ("CONVERSATION", push => push["conversation"]!.ToString()), ("QUEUED", push => AdminSession.Time(push["queued"])), ("DUE", push => AdminSession.Time(push["due"])),
        ("TRIES", push => push["tries"]!.ToString()));

    public static Command WhoAmI() => AdminSession.Command(
        "whoami", "Whose token this is, what it may do, and until when", _ => { },
        async (parsed, session, call) => session.Show(parsed, await call(HttpMethod.Get, "/me"), me =>
            [$"{me["name"]}, {me["role"]}, {(me["expires"] is { } end ? $"until {AdminSession.Time(end)}" : "without an end")}; the server is {me["version"]}"]));

    public static Command Processes() => AdminSession.Command(
        "list", "The processes of the cluster, and which of them take no connections", _ => { },
        async (parsed, session, call) => session.Show(parsed, await call(HttpMethod.Get, "/processes"), answer => Table.Of(
            answer["items"]!.AsArray(), null, "", ("PROCESS", process => process["name"]!.ToString()), ("PRESENT", process => Table.Yes(process["present"])),
            ("DRAINED", process => process["drained"]?.ToString()))));

    public static Command Controls() => AdminSession.Command(
        "controls", "What is set while the server runs: notice, registration, drained processes", _ => { },
        async (parsed, session, call) => session.Show(parsed, await call(HttpMethod.Get, "/controls"), answer => Table.Of(
            answer["items"]!.AsArray(), null, "", ("NAME", control => control["name"]!.ToString()), ("VALUE", control => control["value"]!.ToString()),
            ("BY", control => control["by"]!.ToString()), ("AT", control => AdminSession.Time(control["at"])))));

    public static Command Statistics()
    {
        var days = new Option<int>("--days") { Description = "1 to 400", DefaultValueFactory = _ => 30 };
        return AdminSession.Command(
            "statistics", "Figures of each day (UTC). Example: messenger admin statistics --days 7", command => command.Add(days),
            async (parsed, session, call) => session.Show(
                parsed, await call(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/statistics?days={parsed.GetValue(days)}")),
                answer => Table.Of(
                    answer["days"]!.AsArray(), null, "",
                    [("DATE", day => day["date"]!.ToString()), .. Figures.Select<string, (string, Func<JsonObject, string?>)>(name => (name.ToUpperInvariant(), day => day[name]!.ToString()))])));
    }

    public static Command Report()
    {
        var id = new Argument<long>("id") { Description = "The report's number" };
        return AdminSession.Command(
            "show", "A report with its author, the conversation's people and how often each was reported. Example: messenger admin reports show 12", command => command.Add(id),
            async (parsed, session, call) => session.Show(parsed, await call(HttpMethod.Get, $"/reports/{parsed.GetValue(id)}/context"), Context));
    }

    public static Command Conversation()
    {
        var conversation = Orders.Conversation();
        return AdminSession.Command(
            "show", "A conversation without its texts: people, counts", command => command.Add(conversation),
            async (parsed, session, call) => session.Show(
                parsed, await call(HttpMethod.Get, $"/conversations?conversation={Uri.EscapeDataString(parsed.GetValue(conversation)!)}"), People));
    }

    public static Command Message()
    {
        var (conversation, message) = (Orders.Conversation(), new Argument<string>("message") { Description = "The message's uuid" });
        return AdminSession.Command(
            "show", "A message without its text", command => { command.Add(conversation); command.Add(message); },
            async (parsed, session, call) => session.Show(
                parsed,
                await call(HttpMethod.Get, $"/messages?conversation={Uri.EscapeDataString(parsed.GetValue(conversation)!)}&message={Uri.EscapeDataString(parsed.GetValue(message)!)}"),
                found => found.Select(member => $"{member.Key,-14} {member.Value}")));
    }

    public static Command Phone()
    {
        var user = Orders.User();
        return AdminSession.Command(
            "show", "What counts against a phone's limits", command => command.Add(user),
            async (parsed, session, call) => session.Show(parsed, await call(HttpMethod.Get, $"/phones?{Orders.Query(parsed.GetValue(user)!)}"), phone =>
            [
                $"Codes sent: {phone["codesSent"]!.AsArray().Count}; another one in {phone["waitToSend"]} s.",
                $"Wrong codes: {phone["wrongCodes"]!.AsArray().Count}; the next is looked at in {phone["waitToGuess"]} s.",
                $"Registrations that wait for a code: {phone["pending"]}.",
            ]));
    }

    private static IEnumerable<string> Context(JsonObject context)
    {
        var report = context["report"]!.AsObject();
        yield return $"Report {report["id"]}: {report["kind"]} {report["subject"]}, {report["state"]}, by {report["reporterId"]} at {AdminSession.Time(report["created"])}";
        yield return $"Reason: {report["reason"] ?? "-"}; reported {report["subjectReports"]} times";
        if (context["author"] is JsonObject author)
        {
            yield return $"Author: {author["userId"]}, {(author["suspended"]!.GetValue<bool>() ? "suspended" : "active")}, reported {author["reports"]} times";
        }

        if (context["message"] is JsonObject message)
        {
            yield return $"Message: {message["bytes"]} bytes at {AdminSession.Time(message["created"])}, {message["files"]} files{(message["deleted"]!.GetValue<bool>() ? ", deleted" : "")}";
        }

        foreach (var line in context["conversation"] is JsonObject conversation ? People(conversation) : [])
        {
            yield return line;
        }
    }

    private static IEnumerable<string> People(JsonObject conversation) => Table.Of(
        conversation["people"]!.AsArray(), null, "", ("PERSON", person => person["userId"]!.ToString()), ("ADMIN", person => Table.Yes(person["isAdmin"])),
        ("PRESENT", person => Table.Yes(person["present"])), ("REPORTS", person => person["reports"]!.ToString())).Prepend(
        $"Conversation {conversation["conversation"]}: {(conversation["isDialog"]!.GetValue<bool>() ? "dialog" : "group")}{(conversation["deleted"]!.GetValue<bool>() ? ", deleted" : "")}, "
        + $"{conversation["memberCount"]} people, {conversation["messages"]} messages ({conversation["bytes"]} bytes), {conversation["files"]} files, {conversation["reports"]} reports");

    private static Command Paged(string name, string description, string path, bool part, params (string, Func<JsonObject, string?>)[] columns)
    {
        var (which, after, size) = (Part(), After(), Size());
        return AdminSession.Command(
            name, description,
            command =>
            {
                if (part)
                {
                    command.Add(which);
                }

                command.Add(after);
                command.Add(size);
            },
            async (parsed, session, call) => session.Show(
                parsed, await call(HttpMethod.Get, $"{path}?{Page(parsed, part ? which : null, after, size)}"),
                answer => Table.Of(answer["items"]!.AsArray(), answer["next"], "--after", columns)));
    }

    private static string Page(ParseResult parsed, Option<string?>? part, Option<string?> after, Option<int> size) => string.Join('&', new[]
    {
        part is not null && parsed.GetValue(part) is { } which ? $"part={Uri.EscapeDataString(which)}" : null,
        parsed.GetValue(after) is { } from ? $"after={Uri.EscapeDataString(from)}" : null,
        string.Create(CultureInfo.InvariantCulture, $"size={parsed.GetValue(size)}"),
    }.OfType<string>());

    private static Option<string?> Part() => new("--part") { Description = "Letters that stand in the user's id" };

    private static Option<string?> After() => new("--after") { Description = "Where the page before ended" };

    private static Option<int> Size() => new("--size") { Description = "Rows of a page", DefaultValueFactory = _ => 50 };
}
