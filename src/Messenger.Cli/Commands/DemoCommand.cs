using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Client;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;
using Spectre.Console;

namespace Messenger.Cli.Commands;

/// <summary>Two throw-away people register, meet, talk and read; beside what they see stands what the server saw.</summary>
internal static class DemoCommand
{
    private static readonly (int Who, string Text)[] Lines =
    [
        (0, "Hello Bob! Can anyone else read this?"),
        (1, "Hi Alice. It carries what it cannot open."),
        (0, "And if my train goes into a tunnel?"),
        (1, "Then I hear it when you are out again. Once."),
    ];

    public static Command Create()
    {
        var url = CommonOptions.Url();
        var json = CommonOptions.Json();
        var code = new Option<string>("--code") { Description = "The code that a development server takes", DefaultValueFactory = _ => "000000" };
        var command = new Command("demo", "Two people register, meet, talk and read, before your eyes. Example: messenger demo") { url, code, json };
        command.SetAction(parsed =>
        {
            var server = parsed.GetValue(url)!;
            return ExitCodes.Run(server, () => Run(server, parsed.GetValue(code)!, parsed.GetValue(json)));
        });
        return command;
    }

    private static async Task Run(Uri url, string code, bool json)
    {
        var stage = new Stage(json);
        stage.Say("Alice and Bob make RSA-4096 key pairs and register their phones …");
        var keys = new[] { Task.Run(KeyPair.Create), Task.Run(KeyPair.Create) };
        var phones = new[] { Phone(), Phone() };
        await using var alice = await Join(url, phones[0], code, keys[0]);
        await using var bob = await Join(url, phones[1], code, keys[1]);
        Person[] people = [alice, bob];

        var conversation = await alice.Talk.Create([bob.Client.UserId], null, "Alice");
        stage.Say("Alice starts a dialog: a session key, wrapped for each of them and signed by her.");
        stage.Header();
        foreach (var (who, text) in Lines)
        {
            var sent = await people[who].Talk.Send(conversation, text);
            stage.Line(who, text, sent.BodyEncryptedBase64!);
            var received = await Await(people[1 - who], sent.Uuid);
            if (await people[1 - who].Talk.Open(received) != text)
            {
                throw new CryptographicException("what arrived is not what was sent");
            }

            await people[1 - who].Talk.MarkRead(received);
        }

        stage.Footer();
        var messages = (await alice.Talk.History(conversation, Limits.Page)).Where(message => !message.IsEvent).ToList();
        if (messages.Count != Lines.Length || messages.Any(message => message.ReadedMembers != message.Members))
        {
            throw new InvalidOperationException("Not every message is read by both");
        }

        stage.Say($"{messages.Count} messages sent, each read by both sides. The server saw who and when, and no word of what.");
    }

    private static Task<Person> Join(Uri url, string phone, string code, Task<KeyPair> keys) =>
        Person.Register(url, new MemoryProfile(), phone, Guid.NewGuid().ToString(), () => Task.FromResult(code), keys);

    private static async Task<Message> Await(Person person, string uuid)
    {
        using var patience = new CancellationTokenSource(MessengerClient.Patience);
        await foreach (var happened in person.Client.Events.ReadAllAsync(patience.Token))
        {
            if (happened is MessageArrived { Message: var message } && message.Uuid == uuid)
            {
                return message;
            }
        }

        throw new TimeoutException();
    }

    /// <summary>A number that nobody answers: the demo runs against development servers alone, which send no SMS.</summary>
    private static string Phone() => string.Create(CultureInfo.InvariantCulture, $"+35799{RandomNumberGenerator.GetInt32(1_000_000):000000}");

    /// <summary>Prints what happens: in columns for people, as JSON lines for scripts.</summary>
    private sealed class Stage(bool json)
    {
        /// <summary>Both columns fit a terminal of 80.</summary>
        private const int Said = 46;
        private const int Shown = 24;

        public void Say(string text)
        {
            if (json)
            {
                Console.WriteLine(JsonSerializer.Serialize(new { step = text }));
            }
            else
            {
                AnsiConsole.MarkupLineInterpolated($"[grey]{text}[/]");
            }
        }

        public void Header()
        {
            if (!json)
            {
                AnsiConsole.WriteLine();
                AnsiConsole.MarkupLine($"  [bold]{"what they say".PadRight(Said + 6)}[/] [bold]what the server saw[/]");
                AnsiConsole.MarkupLine($"  {new string('-', Said + 6)} {new string('-', Shown)}");
            }
        }

        public void Line(int who, string text, string ciphertext)
        {
            if (json)
            {
                Console.WriteLine(JsonSerializer.Serialize(new { from = who == 0 ? "Alice" : "Bob", text, ciphertext }));
                return;
            }

            var (name, colour) = who == 0 ? ("Alice", "aqua") : ("Bob  ", "lime");
            var shown = ciphertext.Length > Shown ? $"{ciphertext[..(Shown - 2)]} …" : ciphertext;
            AnsiConsole.MarkupLine($"  [{colour}]{name}[/] {Markup.Escape(text).PadRight(Said)} [grey]{shown}[/]");
        }

        public void Footer()
        {
            if (!json)
            {
                AnsiConsole.WriteLine();
            }
        }
    }
}
