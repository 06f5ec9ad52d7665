using System.CommandLine;
using Messenger.Cli.Terminal;
using Messenger.Client;
using Messenger.Protocol;

namespace Messenger.Cli.Commands;

/// <summary>Sends one message.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var session = new Session();
        var phone = CommonOptions.Peer();
        var text = new Argument<string>("text") { Description = "What to say; - takes it from standard input" };
        text.Validators.Add(result =>
        {
            if (string.IsNullOrWhiteSpace(result.Tokens[0].Value))
            {
                result.AddError("There is nothing to send: the text is empty.");
            }
        });
        var command = new Command("send", "Sends a message") { phone, text };
        command.Examples("messenger send +35799123456 'See you at eight'", "git log -1 | messenger send +35799123456 -");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var said = parsed.GetValue(text) is { } given and not "-" ? given : (await Console.In.ReadToEndAsync(cancellation)).TrimEnd('\n');
            if (string.IsNullOrWhiteSpace(said))
            {
                throw new UsageException("There is nothing to send: standard input is empty.");
            }

            var conversation = await lines.Conversation(parsed.GetValue(phone)!, cancellation);
            lines.Write(await person.Conversations.Send(conversation, said, cancellation: cancellation), said);
        });
        return command;
    }
}

/// <summary>Shows the newest messages, or those before one of them.</summary>
internal static class HistoryCommand
{
    private const int Shown = 20;

    public static Command Create()
    {
        var session = new Session();
        var phone = CommonOptions.Peer();
        var size = new Option<int>("--size") { Description = $"How many, 1 to {Limits.Page}", DefaultValueFactory = _ => Shown };
        size.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > Limits.Page)
            {
                result.AddError($"--size takes 1 to {Limits.Page}.");
            }
        });
        var before = new Option<string?>("--before") { Description = "A message's uuid: the ones before it" };
        var command = new Command("history", "Shows the newest messages") { phone, size, before };
        command.Examples("messenger history +35799123456 --size 50", "messenger history +35799123456 --before 6921d2fd-e88c-4802-bb70-d7a18770939e");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var conversation = await lines.Conversation(parsed.GetValue(phone)!, cancellation);
            foreach (var message in await person.Conversations.History(conversation, parsed.GetValue(size), parsed.GetValue(before), cancellation))
            {
                await lines.Open(message, cancellation);
            }
        });
        return command;
    }
}

/// <summary>Talks until the input ends: what is typed is sent, what comes is shown and marked as read.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var session = new Session();
        var phone = CommonOptions.Peer();
        var command = new Command("chat", "Talks to somebody in this terminal; end with Ctrl+D") { phone };
        command.Examples("messenger chat +35799123456", "echo 'On my way' | messenger chat +35799123456");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var conversation = await lines.Conversation(parsed.GetValue(phone)!, cancellation);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var listening = WatchCommand.Listen(person, lines, ending.Token);
            var talking = Chat(person, conversation, ending.Token);
            await Task.WhenAny(listening, talking);
            await ending.CancelAsync();
            await listening;
            if (talking.IsCompleted)
            {
                await talking;
            }
        });
        return command;
    }

    private static async Task Chat(Person person, string conversation, CancellationToken cancellation)
    {
        while (await Task.Run(Console.In.ReadLine, cancellation) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                await person.Conversations.Send(conversation, line, cancellation: cancellation);
            }
        }
    }
}

/// <summary>Shows everything that arrives.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var session = new Session();
        var command = new Command("watch", "Shows what arrives until Ctrl+C");
        command.Examples("messenger watch --json");
        session.AddTo(command);
        session.Act(command, (_, person, lines, cancellation) => Listen(person, lines, cancellation));
        return command;
    }

    internal static async Task Listen(Person person, Lines lines, CancellationToken cancellation)
    {
        try
        {
            await foreach (var happened in person.Client.Events(cancellation))
            {
                if (happened is MessageArrived { Message: var message })
                {
                    await lines.Open(message, cancellation);
                    if (!message.IsEvent && message.UserId != person.Client.UserId)
                    {
                        await person.Conversations.MarkRead(message, cancellation);
                    }
                }
                else if (happened is Offline { Ending: var ending, ComesBack: var pause })
                {
                    await Console.Error.WriteLineAsync(pause is { } wait
                        ? $"Connection lost ({ending}); back in {wait.TotalSeconds:0.0} s."
                        : $"The server ended this session ({ending}).");
                }
                else if (happened is Online { Resynchronised: true })
                {
                    await Console.Error.WriteLineAsync("Up to date.");
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl+C, or the input ended.
        }
    }
}
