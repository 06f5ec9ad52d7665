using System.CommandLine;
using System.Text.Json.Nodes;

namespace Messenger.Cli.Admin;

/// <summary>Reports: listed, resolved, dismissed.</summary>
internal static class ReportCommands
{
    public static Command List()
    {
        var state = new Option<string>("--state") { Description = "open, resolved, dismissed or all", DefaultValueFactory = _ => "open" };
        var before = new Option<long?>("--before") { Description = "Older than the report of this number" };
        return AdminSession.Command(
            "list", "Lists reports, newest first. Example: messenger admin reports list --state all",
            command =>
            {
                command.Add(state);
                command.Add(before);
            },
            async (parsed, session, call) =>
            {
                var older = parsed.GetValue(before) is { } id ? $"&before={id}" : "";
                var answer = await call(HttpMethod.Get, $"/reports?state={Uri.EscapeDataString(parsed.GetValue(state)!)}{older}");
                session.Show(parsed, answer, Page);
            });
    }

    public static Command Resolve() => Close("resolve", "Closes a report as dealt with. Example: messenger admin reports resolve 12 --note 'user suspended'");

    public static Command Dismiss() => Close("dismiss", "Closes a report as none. Example: messenger admin reports dismiss 12");

    private static Command Close(string how, string description)
    {
        var id = new Argument<long>("id") { Description = "The report's number" };
        var note = new Option<string?>("--note") { Description = "Kept with the report" };
        return AdminSession.Command(
            how, description,
            command =>
            {
                command.Add(id);
                command.Add(note);
            },
            async (parsed, session, call) =>
            {
                var answer = await call(HttpMethod.Post, $"/reports/{parsed.GetValue(id)}/{how}", new { text = parsed.GetValue(note) });
                session.Show(parsed, answer, report => [Line(report)]);
            });
    }

    private static IEnumerable<string> Page(JsonObject answer)
    {
        foreach (var report in answer["items"]!.AsArray())
        {
            yield return Line(report!.AsObject());
        }

        if (answer["next"] is { } next)
        {
            yield return $"More: --before {next}";
        }
        else if (answer["items"]!.AsArray().Count == 0)
        {
            yield return "None.";
        }
    }

    private static string Line(JsonObject report) =>
        $"{report["id"],6}  {report["state"],-9}  {AdminSession.Time(report["created"])}  {report["kind"]} {report["subject"]}  by {report["reporterId"]}: {report["reason"]}"
        + $"  (reported {report["subjectReports"]} times{(report["authorId"] is { } author ? $"; author {author}, reported {report["authorReports"]} times" : "")})"
        + (report["closedBy"] is { } by ? $"  ({by}: {report["note"]})" : "");
}
