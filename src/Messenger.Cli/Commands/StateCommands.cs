using System.CommandLine;
using Messenger.Cli.Terminal;
using Messenger.Protocol;

namespace Messenger.Cli.Commands;

/// <summary>What changed since, and what is muted.</summary>
internal static class StateCommands
{
    private const int Page = 100;

    public static Command Sync()
    {
        var session = new Session();
        var since = new Option<string?>("--since") { Description = "The token that an earlier run printed; left out: everything" };
        var command = new Command("sync", "Tells what changed since a token, and prints the next one") { since };
        command.Examples("messenger sync --json", "messenger sync --since TOKEN");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var token = parsed.GetValue(since);
            ResponseSync page;
            do
            {
                page = await person.Client.Ask<ResponseSync>(new RequestSync(token, Page), cancellation);
                foreach (var one in page.Conversations)
                {
                    var title = await lines.Title(one, cancellation);
                    lines.Row(new { changed = one.Uuid, title, one.UnreadedCounter, one.LastMessage }, $"changed  {one.Uuid}  {one.UnreadedCounter,4} unread  {title}");
                }

                foreach (var one in page.Removed)
                {
                    lines.Row(new { removed = one.Uuid, one.Reason }, $"removed  {one.Uuid}  {one.Reason}");
                }

                foreach (var section in page.Account)
                {
                    lines.Row(new { account = section }, $"account  {section}");
                }

                token = page.Token;
            }
            while (page.More);
            lines.Row(new { token }, $"token    {token}");
        });
        return command;
    }

    public static Command Mute()
    {
        var session = new Session();
        var with = CommonOptions.Peer();
        var hours = new Option<double?>("--hours") { Description = "For so long; left out: until it is taken back" };
        hours.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is <= 0)
            {
                result.AddError("--hours takes a number above 0.");
            }
        });
        var off = new Option<bool>("--off") { Description = "Takes it back" };
        var command = new Command("mute", "Mutes a conversation on all of your devices") { with, hours, off };
        command.Examples("messenger mute +35799123456 --hours 8", "messenger mute +35799123456 --off");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var conversation = await lines.Conversation(parsed.GetValue(with)!, cancellation);
            var preferences = person.Preferences();
            var now = parsed.GetValue(off)
                ? await preferences.Unmute(conversation, cancellation)
                : await preferences.Mute(conversation, parsed.GetValue(hours) is { } some ? DateTimeOffset.UtcNow.AddHours(some) : null, cancellation);
            lines.Row(new { conversation, now.MutedUntil }, now.MutedUntil is null ? "Not muted." : "Muted.");
        });
        return command;
    }
}
