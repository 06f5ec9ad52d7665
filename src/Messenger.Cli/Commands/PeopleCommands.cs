using System.CommandLine;
using Messenger.Cli.Terminal;
using Messenger.Client.Accounts;

namespace Messenger.Cli.Commands;

/// <summary>Contacts and blocking.</summary>
internal static class PeopleCommands
{
    public static Command Contacts() => new("contacts", "Your contacts, on all of your devices") { List(), Add(), Remove(), Verify() };

    public static Command Block() => Blocking("block", "Blocks somebody: no message, no call, no new dialog", "Blocked.", (people, user, cancellation) => people.Block(user, cancellation));

    public static Command Unblock() => Blocking("unblock", "Takes a block back", "Not blocked any more.", (people, user, cancellation) => people.Unblock(user, cancellation));

    private static Command List()
    {
        var session = new Session();
        var command = new Command("list", "Lists them, and whom you blocked");
        command.Examples("messenger contacts list --json");
        session.AddTo(command);
        session.Act(command, async (_, person, lines, cancellation) =>
        {
            var people = person.Contacts();
            var all = await people.List(cancellation);
            var blocked = (await people.Blocked(cancellation)).ToHashSet();
            foreach (var one in all.Concat(blocked.Where(user => all.All(known => known.UserId != user)).Select(user => new KnownPerson(user, null))))
            {
                lines.Row(
                    new { one.UserId, one.Name, one.Phone, isVerified = one.Verified is not null, isBlocked = blocked.Contains(one.UserId) },
                    $"{one.Phone ?? one.UserId,-16}  {one.Name}{(one.Verified is null ? "" : "  (verified)")}{(blocked.Contains(one.UserId) ? "  (blocked)" : "")}");
            }
        });
        return command;
    }

    private static Command Add()
    {
        var session = new Session();
        var (phone, name) = (CommonOptions.Phone("Who, in E.164"), new Argument<string>("name") { Description = "What to call them; sealed" });
        var command = new Command("add", "Adds somebody, or gives them another name") { phone, name };
        command.Examples("messenger contacts add +35799123456 Bob");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var added = await person.Contacts().Add(parsed.GetValue(phone)!, parsed.GetValue(name)!, cancellation);
            lines.Row(new { added.UserId, added.Name, added.Phone }, $"{added.Name} is a contact.");
        });
        return command;
    }

    private static Command Remove()
    {
        var session = new Session();
        var phone = CommonOptions.Phone("Who, in E.164");
        var command = new Command("remove", "Takes somebody off the list") { phone };
        command.Examples("messenger contacts remove +35799123456");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var was = await person.Contacts().Remove(lines.Know(parsed.GetValue(phone)!), cancellation);
            lines.Row(new { removed = was }, was ? "Removed." : "They were not on the list.");
        });
        return command;
    }

    private static Command Verify()
    {
        var session = new Session();
        var phone = CommonOptions.Phone("Who, in E.164");
        var command = new Command("verify", "Shows the safety number that you and somebody compare by voice") { phone };
        command.Examples("messenger contacts verify +35799123456");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var number = await person.Conversations.SafetyNumber(lines.Know(parsed.GetValue(phone)!), cancellation);
            lines.Row(new { safetyNumber = number }, $"{number}\nThe same on both sides: nobody stands between you.");
        });
        return command;
    }

    private static Command Blocking(string name, string description, string done, Func<Contacts, string, CancellationToken, Task> act)
    {
        var session = new Session();
        var phone = CommonOptions.Phone("Who, in E.164");
        var command = new Command(name, description) { phone };
        command.Examples($"messenger {name} +35799123456");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            await act(person.Contacts(), lines.Know(parsed.GetValue(phone)!), cancellation);
            lines.Row(new { done = name, phone = parsed.GetValue(phone) }, done);
        });
        return command;
    }
}
