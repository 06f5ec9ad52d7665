using System.CommandLine;
using System.Globalization;
using Messenger.Cli.Terminal;
using Messenger.Client.Accounts;
using Spectre.Console;

namespace Messenger.Cli.Commands;

/// <summary>One's own devices: listing them, letting new ones in, the lock.</summary>
internal static class DeviceCommands
{
    public static Command Devices() => new("devices", "Your devices: who is you")
    {
        List(),
        Named("delete", "Puts a device out, for good", (devices, name, cancellation) => devices.Delete(name, cancellation)),
        Named("approve", "Vouches for a device that waits, or is cooling", (devices, name, cancellation) => devices.Approve(name, cancellation)),
    };

    public static Command Lock() => new("lock", "The PIN that a new registration of your number needs besides the code")
    {
        Pin("set", "Sets it", "The lock is set: keep the PIN, nobody can tell it to you.", (devices, pin, cancellation) => devices.SetLock(pin, cancellation)),
        Pin("give", "Gives it on a device that registered without it", "This device is trusted now.", (devices, pin, cancellation) => devices.GiveLock(pin, cancellation)),
        RemoveLock(),
    };

    public static Command Link() => new("link", "Lets a second device in without an SMS") { Show(), Approve() };

    private static Command List()
    {
        var session = new Session();
        var command = new Command("list", "Lists them, the newest first");
        command.Examples("messenger devices list");
        session.AddTo(command);
        session.Act(command, async (_, person, lines, cancellation) =>
        {
            foreach (var one in await person.Devices().List(cancellation: cancellation))
            {
                var isThis = person.IsThis(one.Uuid);
                var last = DateTimeOffset.FromUnixTimeMilliseconds(one.LastLogin).ToString("u", CultureInfo.InvariantCulture);

                // This one's uuid is its credential, and no name to show.
                lines.Row(
                    new { name = isThis ? null : one.Uuid, isThis, one.ApplicationType, one.Model, one.OsVersion, one.LastLogin, one.Online, one.Cooling, one.Vouched },
                    $"{(isThis ? "(this device)" : one.Uuid),-36}  {one.ApplicationType,-8}  {last}  {one.Model}{(one.Cooling is null ? "" : "  (cooling)")}");
            }
        });
        return command;
    }

    private static Command Named(string verb, string description, Func<Devices, string, CancellationToken, Task> act)
    {
        var session = new Session();
        var name = new Argument<string>("name") { Description = "As 'messenger devices list' shows it" };
        var command = new Command(verb, description) { name };
        command.Examples($"messenger devices {verb} 4f0a8b5c2d1e4a8f9b6c7d8e9f0a1b2c");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            await act(person.Devices(), parsed.GetValue(name)!, cancellation);
            lines.Row(new { done = verb, name = parsed.GetValue(name) }, "Done.");
        });
        return command;
    }

    private static Command Pin(string verb, string description, string done, Func<Devices, string, CancellationToken, Task> act)
    {
        var session = new Session();
        var pin = PinOption();
        var command = new Command(verb, description) { pin };
        command.Examples($"messenger lock {verb}");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            await act(person.Devices(), AskPin(parsed.GetValue(pin)), cancellation);
            lines.Row(new { done = verb }, done);
        });
        return command;
    }

    private static Command RemoveLock()
    {
        var session = new Session();
        var command = new Command("remove", "Takes it away");
        command.Examples("messenger lock remove");
        session.AddTo(command);
        session.Act(command, async (_, person, lines, cancellation) =>
        {
            await person.Devices().SetLock(null, cancellation);
            lines.Row(new { done = "remove" }, "There is no lock any more.");
        });
        return command;
    }

    private static Command Show()
    {
        var session = new Session();
        var command = new Command("show", "On the new device: shows a code, and waits for the digits of the old one");
        command.Examples("messenger link show --profile ./laptop --url wss://chat.example/ws");
        session.AddTo(command);
        command.SetAction((parsed, cancellation) => ExitCodes.Run(session.Url(parsed), async () =>
        {
            using var store = session.Take(parsed);
            if (store.Load().Phone is { } other)
            {
                throw new InvalidOperationException($"This profile is {other}'s already: name another directory with --profile, one for each device");
            }

            var passphrase = session.Passphrase(parsed, "Passphrase for this device:");
            await using var device = await LinkingDevice.Begin(session.Url(parsed), store, cancellation);
            Console.WriteLine(device.Code);
            await Console.Error.WriteLineAsync("On your old device: messenger link approve CODE. It ends in five minutes.");
            await device.Claimed(cancellation);
            await Console.Error.WriteLineAsync("The six digits that the old device shows:");
            var digits = await Task.Run(Console.In.ReadLine, cancellation) ?? "";
            using var keys = await device.Finish(digits, passphrase, cancellation);
            Console.WriteLine(session.IsJson(parsed) ? "{\"linked\":true}" : "This device is yours now: 'messenger whoami' tells whose.");
        }));
        return command;
    }

    private static Command Approve()
    {
        var session = new Session();
        var code = new Argument<string>("code") { Description = "As the new device shows it" };
        code.Validators.Add(result =>
        {
            if (!result.Tokens[0].Value.Contains("#v1.", StringComparison.Ordinal))
            {
                result.AddError("A code is a link such as https://HOST/link#v1.LINKUUID.KEY.");
            }
        });
        var pin = PinOption();
        var sure = new Option<bool>("--yes") { Description = "Does not ask whether the digits were typed there: for scripts" };
        var command = new Command("approve", "On the old device: shows six digits to type on the new one, and lets it in") { code, pin, sure };
        command.Examples("messenger link approve 'https://chat.example/link#v1.LINKUUID.KEY'");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            using var link = await person.Link(parsed.GetValue(code)!, cancellation);
            lines.Row(
                new { link.Digits, link.Device.ApplicationType, link.Device.Model, link.Device.SameNetwork },
                $"Type {link.Digits} on the new device ({link.Device.ApplicationType}, {link.Device.Model}). It will read all of your messages.");
            if (!parsed.GetValue(sure) && (Console.IsInputRedirected || !await AnsiConsole.ConfirmAsync("Is it yours, and did it take the digits?", defaultValue: false, cancellation)))
            {
                throw new InvalidOperationException("Nothing was given away: say --yes where there is no terminal");
            }

            await link.Approve(parsed.GetValue(pin), cancellation);
            lines.Row(new { approved = true }, "It is let in.");
        });
        return command;
    }

    internal static Option<string?> PinOption() => new("--pin") { Description = "The PIN; better in MESSENGER_PIN, where other users do not see it. Asked for when left out" };

    /// <summary>Of a registration lock that the server has told of.</summary>
    internal static Task<string> AskForPin(string? given) => Task.FromResult(AskPin(given));

    private static string AskPin(string? given) =>
        !string.IsNullOrEmpty(given) ? given
        : Environment.GetEnvironmentVariable("MESSENGER_PIN") is { Length: > 0 } known ? known
        : Console.IsInputRedirected ? throw new InvalidOperationException("There is no PIN: set MESSENGER_PIN")
        : AnsiConsole.Prompt(new TextPrompt<string>("PIN:").Secret());
}
