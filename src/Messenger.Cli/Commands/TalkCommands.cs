using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Messenger.Client;
using Messenger.Protocol;

namespace Messenger.Cli.Commands;

/// <summary>Sends one message.</summary>
internal static class SendCommand
{
    public static Command Create() => TalkCommand.Create(
        "send", "Sends a message. Example: messenger send +35799123456 'See you at eight'", needsText: true,
        async (person, conversation, text, json) => Lines.Write(json, person, await person.Talk.Send(conversation, text), text));
}

/// <summary>Shows the newest messages.</summary>
internal static class HistoryCommand
{
    private const int Shown = 20;

    public static Command Create() => TalkCommand.Create(
        "history", "Shows the newest messages. Example: messenger history +35799123456", needsText: false,
        async (person, conversation, _, json) =>
        {
            foreach (var message in await person.Talk.History(conversation, Shown))
            {
                Lines.Write(json, person, message, await person.Talk.Open(message));
            }
        });
}

/// <summary>Talks until the input ends: what is typed is sent, what comes is shown and marked as read.</summary>
internal static class ChatCommand
{
    public static Command Create() => TalkCommand.Create(
        "chat", "Talks to somebody in this terminal; end with Ctrl+D. Example: messenger chat +35799123456", needsText: false,
        async (person, conversation, _, json) =>
        {
            using var ending = new CancellationTokenSource();
            var listening = WatchCommand.Listen(person, json, one => string.Equals(one, conversation, StringComparison.OrdinalIgnoreCase), ending.Token);
            while (await Console.In.ReadLineAsync() is { } line)
            {
                if (line.Length > 0)
                {
                    await person.Talk.Send(conversation, line);
                }
            }

            await ending.CancelAsync();
            await listening;
        });
}

/// <summary>Shows everything that arrives.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var (url, profile, passphrase, json) = (CommonOptions.Url(), CommonOptions.Profile(), CommonOptions.Passphrase(), CommonOptions.Json());
        var command = new Command("watch", "Shows what arrives until Ctrl+C. Example: messenger watch --json") { url, profile, passphrase, json };
        command.SetAction((parsed, cancellation) =>
        {
            var server = parsed.GetValue(url)!;
            return ExitCodes.Run(server, async () =>
            {
                await using var person = await Person.Open(server, parsed.GetValue(profile)!, parsed.GetValue(passphrase)!);
                await Listen(person, parsed.GetValue(json), _ => true, cancellation);
            });
        });
        return command;
    }

    internal static async Task Listen(Person person, bool json, Func<string, bool> shows, CancellationToken cancellation)
    {
        try
        {
            await foreach (var happened in person.Client.Events.ReadAllAsync(cancellation))
            {
                if (happened is MessageArrived { Message: var message } && shows(message.ConversationUuid))
                {
                    Lines.Write(json, person, message, await person.Talk.Open(message, cancellation));
                    await person.Talk.MarkRead(message, cancellation);
                }
                else if (happened is Offline offline)
                {
                    await Console.Error.WriteLineAsync(offline.ComesBack is { } pause
                        ? $"Connection lost; back in {pause.TotalSeconds:0.0} s."
                        : $"The server ended this session: {offline.Ending.Reason}.");
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl+C, or the input ended.
        }
    }
}

/// <summary>What the commands that talk to one person share.</summary>
internal static class TalkCommand
{
    public static Command Create(string name, string description, bool needsText, Func<Person, string, string, bool, Task> action)
    {
        var (url, profile, passphrase, json) = (CommonOptions.Url(), CommonOptions.Profile(), CommonOptions.Passphrase(), CommonOptions.Json());
        var phone = new Argument<string>("phone") { Description = "The other person's phone in E.164" };
        var text = new Argument<string>("text") { Description = "What to say" };
        var command = new Command(name, description) { phone, url, profile, passphrase, json };
        if (needsText)
        {
            command.Add(text);
        }

        command.SetAction(parsed =>
        {
            var server = parsed.GetValue(url)!;
            return ExitCodes.Run(server, async () =>
            {
                await using var person = await Person.Open(server, parsed.GetValue(profile)!, parsed.GetValue(passphrase)!);
                var conversation = await person.DialogWith(parsed.GetValue(phone)!);
                await action(person, conversation, needsText ? parsed.GetValue(text)! : "", parsed.GetValue(json));
            });
        });
        return command;
    }
}

/// <summary>A message as a line.</summary>
internal static class Lines
{
    public static void Write(bool json, Person person, Message message, string? text)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                message.Uuid, message.ConversationUuid, message.UserId, message.Created, text, message.EventType, message.ReadedMembers, message.Members,
            }));
            return;
        }

        var when = DateTimeOffset.FromUnixTimeMilliseconds(message.Created).ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var who = message.UserId == person.Client.UserId ? "me" : message.UserId[..8];
        Console.WriteLine($"{when}  {who,-8}  {text ?? $"({message.EventType ?? "deleted"})"}");
    }
}
