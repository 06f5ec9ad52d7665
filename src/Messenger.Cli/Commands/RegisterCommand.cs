using System.CommandLine;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Spectre.Console;

namespace Messenger.Cli.Commands;

/// <summary>Registers this person's phone.</summary>
internal static class RegisterCommand
{
    public static Command Create()
    {
        var (url, profile, passphrase) = (CommonOptions.Url(), CommonOptions.Profile(), CommonOptions.Passphrase());
        var phone = new Argument<string>("phone") { Description = "In E.164, such as +35799123456" };
        var code = new Option<string?>("--code") { Description = "The code from the SMS; asked for when left out" };
        var command = new Command("register", "Registers a phone. Example: messenger register +35799123456") { phone, url, profile, passphrase, code };
        command.SetAction(parsed =>
        {
            var server = parsed.GetValue(url)!;
            return ExitCodes.Run(server, async () =>
            {
                var keys = Task.Run(KeyPair.Create);
                var store = new FileProfile(parsed.GetValue(profile)!);
                await using var person = await Person.Register(
                    server, store, parsed.GetValue(phone)!, parsed.GetValue(passphrase)!, () => Code(parsed.GetValue(code)), keys);
                AnsiConsole.MarkupLineInterpolated($"Registered. Your id is [bold]{person.Client.UserId}[/].");
            });
        });
        return command;
    }

    private static Task<string> Code(string? given) =>
        given is not null ? Task.FromResult(given)
        : Console.IsInputRedirected ? throw new InvalidOperationException("There is no terminal to ask for the code: give it with --code")
        : AnsiConsole.AskAsync<string>("The code from the SMS:");
}
