using System.CommandLine;
using System.Text.Json;
using Messenger.Cli.Terminal;
using Messenger.Client.Crypto;
using Spectre.Console;

namespace Messenger.Cli.Commands;

/// <summary>Registers this person's phone.</summary>
internal static class RegisterCommand
{
    public static Command Create()
    {
        var session = new Session();
        var phone = CommonOptions.Phone("In E.164, such as +35799123456");
        var code = new Option<string?>("--code") { Description = "The code from the SMS; asked for when left out" };
        var nick = new Option<string?>("--nick") { Description = "What you call yourself; sealed, like everything" };
        var pin = DeviceCommands.PinOption();
        var command = new Command("register", "Registers a phone") { phone, code, nick, pin };
        command.Examples("messenger register +35799123456", "MESSENGER_PASSPHRASE=... messenger register +35799123456 --code 000000 --profile ./alice");
        session.AddTo(command);
        command.SetAction((parsed, cancellation) => ExitCodes.Run(session.Url(parsed), async () =>
        {
            var number = parsed.GetValue(phone)!;
            using var store = session.Take(parsed);
            if (store.Load().Phone is { } other && other != number)
            {
                throw new InvalidOperationException($"This profile is {other}'s: name another directory with --profile, one for each person");
            }

            var passphrase = session.Passphrase(parsed, "Passphrase (the one of your other devices, or a new one):");
            await using var person = await Person.Register(
                session.Url(parsed), store, number, passphrase, parsed.GetValue(nick),
                () => Code(parsed.GetValue(code)),
                () => DeviceCommands.AskForPin(parsed.GetValue(pin)),
                () =>
                {
                    session.Confirm(parsed, passphrase);
                    return Task.Run(KeyPair.Create);
                },
                cancellation);
            store.Update(data => data with { Server = session.Url(parsed) });
            if (session.IsJson(parsed))
            {
                Console.WriteLine(JsonSerializer.Serialize(new { userId = person.Client.UserId }, Lines.Json));
            }
            else
            {
                Console.WriteLine($"Registered. Your id is {person.Client.UserId}.");
            }
        }));
        return command;
    }

    private static Task<string> Code(string? given) =>
        given is not null ? Task.FromResult(given)
        : Console.IsInputRedirected ? throw new InvalidOperationException("There is no terminal to ask for the code: give it with --code")
        : AnsiConsole.AskAsync<string>("The code from the SMS:");
}
