using System.CommandLine;
using System.Text.Json;
using Messenger.Cli.Terminal;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Replay;
using Spectre.Console;
using Progress = Messenger.Cli.Terminal.Progress;

namespace Messenger.Cli.Commands;

/// <summary>Plays a transcript again and reports what is otherwise.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "A transcript, such as the explorer exports: docs/transcript.md" };
        var (url, json) = (CommonOptions.Url(), CommonOptions.Json());
        var codes = new CodeOptions();
        var prefix = CommonOptions.PhonePrefix();
        var keep = new Option<bool>("--keep-people") { Description = "Uses the people of the transcript as they are, instead of fresh ones" };
        var timeout = CommonOptions.Timeout(5);
        var command = new Command("replay", "Plays a transcript again on a server, with fresh people, and reports differences") { file, url, prefix, keep, timeout, json };
        codes.AddTo(command);
        command.Examples("messenger replay session.transcript.jsonl", "messenger replay session.transcript.jsonl --url ws://localhost:8080/ws --json");
        command.SetAction((parsed, cancellation) =>
        {
            var target = new Target([parsed.GetValue(url)!], codes.Take(parsed), parsed.GetValue(prefix)!, TimeSpan.FromSeconds(parsed.GetValue(timeout)));
            return ExitCodes.Run(target.Urls[0], async () =>
            {
                var transcript = Read(parsed.GetValue(file)!);
                var differences = await Progress.Run("lines", transcript.Steps.Count, async step =>
                {
                    await using var player = new Player(transcript, target);
                    return await player.Play(parsed.GetValue(keep), line => step.Done($"line {line.Line}"), cancellation);
                });
                Show(transcript, differences, parsed.GetValue(json));
                return differences.Count == 0 ? ExitCodes.Done : ExitCodes.Differs;
            });
        });
        return command;
    }

    private static Transcript Read(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new UsageException($"There is no file {file.FullName}.");
        }

        try
        {
            using var reader = file.OpenText();
            return Transcript.Read(reader);
        }
        catch (TranscriptException fault)
        {
            throw new UsageException($"{file.Name} is no transcript: {fault.Message.TrimEnd('.')}. See docs/transcript.md.");
        }
    }

    private static void Show(Transcript transcript, IReadOnlyList<Difference> differences, bool json)
    {
        if (json)
        {
            foreach (var difference in differences)
            {
                Console.WriteLine(JsonSerializer.Serialize(difference, Lines.Json));
            }

            Console.WriteLine(JsonSerializer.Serialize(new { lines = transcript.Steps.Count, differences = differences.Count }, Lines.Json));
            return;
        }

        foreach (var difference in differences)
        {
            AnsiConsole.MarkupLineInterpolated(
                $"[red]{(difference.Line is { } line ? $"line {line}" : "at the end")}[/] {difference.Side} {difference.Place}\n   expected {difference.Expected}\n   got      {difference.Actual}");
        }

        AnsiConsole.MarkupLineInterpolated($"{transcript.Steps.Count} lines played, {differences.Count} differences.");
    }
}
