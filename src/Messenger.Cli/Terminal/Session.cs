using System.CommandLine;
using Messenger.Client.Profiles;
using Spectre.Console;

namespace Messenger.Cli.Terminal;

/// <summary>What every command shares that works as a registered person: its options, and the person behind them.</summary>
internal sealed class Session
{
    private readonly Option<Uri?> _url = CommonOptions.UrlOfProfile();
    private readonly Option<string> _profile = CommonOptions.Profile();
    private readonly Option<string?> _passphrase = CommonOptions.Passphrase();
    private readonly Option<bool> _json = CommonOptions.Json();

    public void AddTo(Command command)
    {
        command.Add(_url);
        command.Add(_profile);
        command.Add(_passphrase);
        command.Add(_json);
    }

    /// <summary>As given, by the environment, or where this profile registered.</summary>
    public Uri Url(ParseResult parsed) =>
        parsed.GetValue(_url)
        ?? (Environment.GetEnvironmentVariable("MESSENGER_URL") is null ? FileProfile.Peek(parsed.GetValue(_profile)!).Server : null)
        ?? CommonOptions.DefaultUrl;

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    public FileProfile Take(ParseResult parsed) => FileProfile.Open(parsed.GetValue(_profile)!);

    /// <summary>From the option, the environment, or the person at the terminal.</summary>
    public string Passphrase(ParseResult parsed, string prompt = "Passphrase of the private key:")
    {
        var passphrase = parsed.GetValue(_passphrase) ?? Environment.GetEnvironmentVariable("MESSENGER_PASSPHRASE");
        if (!string.IsNullOrEmpty(passphrase))
        {
            return passphrase;
        }

        return Console.IsInputRedirected
            ? throw new InvalidOperationException("There is no passphrase: set MESSENGER_PASSPHRASE")
            : AnsiConsole.Prompt(new TextPrompt<string>(prompt).Secret());
    }

    /// <summary>A new passphrase that was typed is typed again: with a slip in it nobody would open the keys on another device.</summary>
    public void Confirm(ParseResult parsed, string passphrase)
    {
        if (parsed.GetValue(_passphrase) is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("MESSENGER_PASSPHRASE"))
            && Passphrase(parsed, "Again, for it is new:") != passphrase)
        {
            throw new InvalidOperationException("The two passphrases differ. Nothing was made with either: run 'messenger register' again");
        }
    }

    /// <summary>A command's action with the person connected; what goes wrong becomes an exit code.</summary>
    public void Act(Command command, Func<ParseResult, Person, Lines, CancellationToken, Task> action) =>
        command.SetAction((parsed, cancellation) => ExitCodes.Run(Url(parsed), async () =>
        {
            var passphrase = Passphrase(parsed);
            using var store = Take(parsed);
            await using var person = await Person.Connect(Url(parsed), store, passphrase, cancellation);
            person.Conversations.KeyChanged += change => Console.Error.WriteLine(
                $"The key of {change.UserId} changed; compare fingerprints before you trust it. It is now {change.Now}, it was {change.Before}.");
            await action(parsed, person, new Lines(person, IsJson(parsed)), cancellation);
        }));
}
