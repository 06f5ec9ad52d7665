using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Cli.Terminal;
using Messenger.Client;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;
using Spectre.Console;

namespace Messenger.Cli.Commands;

/// <summary>Two throw-away people register, meet, talk and read; beside what they see stands what the server saw.</summary>
internal static class DemoCommand
{
    private static readonly (int Who, string Text)[] Script =
    [
        (0, "Hello Bob! Can anyone else read this?"),
        (1, "Hi Alice. It carries what it cannot open."),
        (0, "And if my train goes into a tunnel?"),
        (1, "Then I hear it when you are out again. Once."),
    ];

    /// <summary>A message that takes longer between two people who are both online is lost.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var url = CommonOptions.Url();
        var json = CommonOptions.Json();
        var code = new Option<string>("--code") { Description = "The code that a development server takes", DefaultValueFactory = _ => "000000" };
        var command = new Command("demo", "Two people register, meet, talk and read, before your eyes") { url, code, json };
        command.Examples("messenger demo", "messenger demo --json");
        command.SetAction((parsed, cancellation) =>
        {
            var server = parsed.GetValue(url)!;
            return ExitCodes.Run(server, () => Run(server, parsed.GetValue(code)!, parsed.GetValue(json), cancellation));
        });
        return command;
    }

    private static async Task Run(Uri url, string code, bool json, CancellationToken cancellation)
    {
        var output = new DemoOutput(json);
        output.Say("Alice and Bob make RSA-4096 key pairs and register their phones …");

        // Both at once: each takes seconds.
        var keys = new[] { Task.Run(KeyPair.Create, cancellation), Task.Run(KeyPair.Create, cancellation) };
        var phones = new[] { Phone(), Phone() };
        await using var alice = await Join(url, phones[0], code, "Alice", keys[0], cancellation);
        await using var bob = await Join(url, phones[1], code, "Bob", keys[1], cancellation);
        Person[] people = [alice, bob];

        var conversation = await alice.Conversations.Create([bob.Client.UserId], nick: "Alice", cancellation: cancellation);
        output.Say("Alice starts a dialog: a session key, wrapped for each and signed by her.");
        output.Header();
        foreach (var (who, text) in Script)
        {
            var sent = await people[who].Conversations.Send(conversation, text, cancellation: cancellation);
            output.Line(who, text, sent.BodyEncryptedBase64!);
            var received = await Await(people[1 - who], sent.Uuid, cancellation);
            if (await people[1 - who].Conversations.Open(received, cancellation) != text)
            {
                throw new CryptographicException("what arrived is not what was sent");
            }

            await people[1 - who].Conversations.MarkRead(received, cancellation);
        }

        output.Footer();
        var read = new List<int>();
        foreach (var person in people)
        {
            var messages = (await person.Conversations.History(conversation, Limits.Page, cancellation: cancellation)).Where(message => !message.IsEvent).ToList();
            read.Add(messages.Count(message => message.Readed && message.ReadedMembers == message.Members));
            if (messages.Count != Script.Length || read[^1] != Script.Length)
            {
                throw new InvalidOperationException("Not every message is read by both");
            }
        }

        output.End(Script.Length, read);
    }

    private static Task<Person> Join(Uri url, string phone, string code, string nick, Task<KeyPair> keys, CancellationToken cancellation) =>
        Person.Register(url, new MemoryProfile(), phone, Guid.NewGuid().ToString(), nick, () => Task.FromResult(code), null, () => keys, cancellation);

    private static async Task<Message> Await(Person person, string uuid, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await foreach (var happened in person.Client.Events(either.Token))
            {
                if (happened is MessageArrived { Message: var message } && message.Uuid == uuid)
                {
                    return message;
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"a message was not delivered in {Timeout.TotalSeconds:0} s");
        }

        throw new InvalidOperationException("The server sent this session away before the message came");
    }

    /// <summary>A number that nobody answers: the demo runs against development servers alone, which send no SMS.</summary>
    private static string Phone() => string.Create(CultureInfo.InvariantCulture, $"+35799{RandomNumberGenerator.GetInt32(1_000_000):000000}");

    /// <summary>Prints what happens: in columns for people, as JSON lines for scripts.</summary>
    private sealed class DemoOutput(bool json)
    {
        /// <summary>Both columns fit a terminal of 80.</summary>
        private const int Said = 46;
        private const int Shown = 24;

        public void Say(string text)
        {
            if (json)
            {
                Console.WriteLine(JsonSerializer.Serialize(new { step = text }, Lines.Json));
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
                Console.WriteLine(JsonSerializer.Serialize(new { from = who == 0 ? "Alice" : "Bob", text, ciphertext }, Lines.Json));
                return;
            }

            var (name, colour) = who == 0 ? ("Alice", "aqua") : ("Bob  ", "lime");
            var shown = ciphertext.Length > Shown ? $"{ciphertext[..(Shown - 2)]} …" : ciphertext;
            AnsiConsole.MarkupLine($"  [{colour}]{name}[/] {Markup.Escape(text).PadRight(Said)} [grey]{shown}[/]");
        }

        public void End(int messages, List<int> read)
        {
            if (json)
            {
                Console.WriteLine(JsonSerializer.Serialize(new { messages, readByAlice = read[0], readByBob = read[1] }, Lines.Json));
            }
            else
            {
                Say($"{messages} messages, each read by both. The server saw who and when, and no word.");
            }
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
