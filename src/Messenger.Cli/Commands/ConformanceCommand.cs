using System.CommandLine;
using System.Text.Json;
using Messenger.Cli.Terminal;
using Messenger.Conformance;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Reports;
using Messenger.Conformance.Rules;
using Spectre.Console;
using Rule = Messenger.Conformance.Rules.Rule;
using Progress = Messenger.Cli.Terminal.Progress;

namespace Messenger.Cli.Commands;

/// <summary>Holds a server to the rules of the protocol.</summary>
internal static class ConformanceCommand
{
    private static readonly string[] Formats = ["table", "tap", "junit", "json"];

    public static Command Create()
    {
        var url = new Option<Uri[]>("--url")
        {
            Description = "The server's WebSocket; several of one cluster are used in turn",
            DefaultValueFactory = _ => [CommonOptions.DefaultUrl],
            CustomParser = result => [.. result.Tokens.Select(token => CommonOptions.ParseUrl(token.Value, result))],
        };
        var codes = new CodeOptions();
        var prefix = CommonOptions.PhonePrefix();
        var only = new Option<string[]>("--only") { Description = "Rules or groups of rules, such as MSG,RES-3", AllowMultipleArgumentsPerToken = true };
        var list = new Option<bool>("--list") { Description = "Shows the rules and their checks, and asks no server" };
        var format = new Option<string>("--format") { Description = "How the result is written", DefaultValueFactory = _ => Formats[0] };
        format.AcceptOnlyFromAmong(Formats);
        var json = CommonOptions.Json();
        var timeout = CommonOptions.Timeout(30);
        var command = new Command("conformance", "Tries every rule of docs/protocol.md on a server, with made-up people. It needs about a minute: one rule is about waiting.")
        {
            url, prefix, only, list, format, json, timeout,
        };
        codes.AddTo(command);
        command.Examples(
            "messenger conformance",
            "messenger conformance --only MSG,RES-3",
            "messenger conformance --list",
            "messenger conformance --url wss://chat.example/ws --code-command './code-of {phone}' --format junit > conformance.xml");
        command.SetAction((parsed, cancellation) =>
        {
            var target = new Target(parsed.GetValue(url)!, codes.Take(parsed), parsed.GetValue(prefix)!, TimeSpan.FromSeconds(parsed.GetValue(timeout)));
            var chosen = parsed.GetValue(json) ? "json" : parsed.GetValue(format)!;
            return ExitCodes.Run(target.Urls[0], async () =>
            {
                var names = (parsed.GetValue(only) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                var rules = Named([.. names]);
                if (parsed.GetValue(list))
                {
                    List(rules, chosen == "json");
                    return ExitCodes.Done;
                }

                var verdicts = await Try(target, rules, cancellation);
                Console.Out.Write(chosen switch
                {
                    "tap" => Tap.Write(verdicts),
                    "junit" => JUnit.Write(verdicts),
                    "json" => JsonLines.Write(verdicts),
                    _ => string.Empty,
                });
                if (chosen == Formats[0])
                {
                    ConformanceTable.Show(verdicts);
                }

                return verdicts.Any(verdict => verdict.Result == Result.Broken) ? ExitCodes.Differs : ExitCodes.Done;
            });
        });
        return command;
    }

    private static IReadOnlyList<Rule> Named(IReadOnlyCollection<string> names)
    {
        try
        {
            return Rulebook.Named(names);
        }
        catch (ArgumentException unknown)
        {
            throw new UsageException($"--only: {unknown.Message}");
        }
    }

    /// <summary>Progress goes to the error output: what is on the other is the result.</summary>
    private static async Task<IReadOnlyList<Verdict>> Try(Target target, IReadOnlyList<Rule> rules, CancellationToken cancellation)
    {
        var kit = new Inspection(target);
        return await Progress.Run("rules", Inspection.ChecksOf(rules).Count, async step =>
        {
            kit.Waiting += step.Say;
            return await kit.Run(rules, outcome => step.Done(outcome.Check.Title), cancellation);
        });
    }

    private static void List(IReadOnlyList<Rule> rules, bool json)
    {
        foreach (var rule in rules)
        {
            var checks = AllChecks.List.Where(check => check.Rules.Contains(rule.Id)).Select(check => check.Title).ToList();
            var reason = AllChecks.NotCheckable.GetValueOrDefault(rule.Id);
            if (json)
            {
                Console.WriteLine(JsonSerializer.Serialize(new { rule = rule.Id, text = rule.Text, checks, notCheckable = reason }, Lines.Json));
                continue;
            }

            AnsiConsole.MarkupLineInterpolated($"[bold]{rule.Id,-9}[/] {rule.Text}");
            foreach (var check in checks)
            {
                AnsiConsole.MarkupLineInterpolated($"          [green]-[/] {check}");
            }

            if (reason is not null)
            {
                AnsiConsole.MarkupLineInterpolated($"          [grey]not checkable: {reason}[/]");
            }
        }
    }
}
