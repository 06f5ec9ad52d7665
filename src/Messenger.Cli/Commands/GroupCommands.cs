using System.CommandLine;
using System.Text.Json;
using Messenger.Cli.Terminal;
using Messenger.Protocol;

namespace Messenger.Cli.Commands;

/// <summary>Conversations of several people.</summary>
internal static class GroupCommands
{
    public static Command Create() => new("group", "Makes groups, and changes who is in them")
    {
        New(), List(), Members(),
        Change("add", "Adds somebody; what comes from now on is readable there", (person, group, user, cancellation) => person.Conversations.Groups.Add(group, user, cancellation: cancellation)),
        Change("kick", "Removes somebody, and replaces the session key", (person, group, user, cancellation) => person.Conversations.Groups.Kick(group, user, cancellation)),
        Change("promote", "Makes a member an admin", (person, group, user, cancellation) => person.Conversations.Groups.Promote(group, user, cancellation)),
        Rename(),
        End("leave", "Leaves a group", (person, group, cancellation) => person.Conversations.Groups.Leave(group, cancellation)),
        End("delete", "Deletes a group for everybody", (person, group, cancellation) => person.Conversations.Groups.Delete(group, cancellation)),
    };

    private static Argument<string> Group()
    {
        var group = new Argument<string>("group") { Description = "The group's uuid, as 'messenger group list' shows it" };
        group.Validators.Add(result =>
        {
            if (!Guid.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"A group is named by its uuid, not '{result.Tokens[0].Value}': see 'messenger group list'.");
            }
        });
        return group;
    }

    private static Command New()
    {
        var session = new Session();
        var title = new Argument<string>("title") { Description = "What it is called; sealed" };
        var phones = CommonOptions.Phones("Who is in it besides you, in E.164");
        var command = new Command("create", "Makes a group") { title, phones };
        command.Examples("messenger group create 'Hiking' +35799123456 +35799123457");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            string[] others = [.. parsed.GetValue(phones)!.Select(lines.Know).Distinct()];
            var uuid = await person.Conversations.Group(others, parsed.GetValue(title)!, cancellation: cancellation);
            lines.Row(new { uuid }, $"The group is {uuid}.");
        });
        return command;
    }

    private static Command List()
    {
        var session = new Session();
        var command = new Command("list", "Lists your conversations, the newest first");
        command.Examples("messenger group list", "messenger group list --json");
        session.AddTo(command);
        session.Act(command, async (_, person, lines, cancellation) =>
        {
            var all = await person.Client.Ask<ResponseGetConversationsFull>(new RequestGetConversationsFull(null), cancellation);
            foreach (var one in all.Conversations)
            {
                var title = await lines.Title(one, cancellation);
                lines.Row(
                    new { one.Uuid, one.IsDialog, title, one.UnreadedCounter, people = one.Admins.Length + one.Members.Length, one.Blocked },
                    $"{one.Uuid}  {(one.IsDialog ? "dialog" : "group "),-6}  {one.UnreadedCounter,4} unread  {title}");
            }
        });
        return command;
    }

    private static Command Members()
    {
        var session = new Session();
        var group = Group();
        var command = new Command("members", "Shows who is in a group") { group };
        command.Examples("messenger group members 6921d2fd-e88c-4802-bb70-d7a18770939e");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            var uuid = parsed.GetValue(group)!;
            var all = await person.Conversations.Groups.Members(uuid, cancellation);
            var nicks = await person.Conversations.Nicks(uuid, cancellation);
            foreach (var (user, isAdmin) in all.Admins.Select(one => (one, true)).Concat(all.Members.Select(one => (one, false))))
            {
                lines.Row(new { userId = user, isAdmin, nick = nicks.GetValueOrDefault(user) }, $"{user}  {(isAdmin ? "admin " : "member")}  {nicks.GetValueOrDefault(user)}");
            }
        });
        return command;
    }

    private static Command Change(string name, string description, Func<Person, string, string, CancellationToken, Task> act)
    {
        var session = new Session();
        var (group, phone) = (Group(), CommonOptions.Phone("Whom, in E.164"));
        var command = new Command(name, description) { group, phone };
        command.Examples($"messenger group {name} 6921d2fd-e88c-4802-bb70-d7a18770939e +35799123456");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            person.Conversations.Groups.RekeyFailed += (_, fault) => Console.Error.WriteLine($"The session key is not replaced yet ({fault.Message}); the next message does it.");
            await act(person, parsed.GetValue(group)!, lines.Know(parsed.GetValue(phone)!), cancellation);
            lines.Row(new { done = name, group = parsed.GetValue(group), phone = parsed.GetValue(phone) }, "Done.");
        });
        return command;
    }

    private static Command Rename()
    {
        var session = new Session();
        var (group, title) = (Group(), new Argument<string>("title") { Description = "The new title; sealed" });
        var command = new Command("rename", "Gives a group another title") { group, title };
        command.Examples("messenger group rename 6921d2fd-e88c-4802-bb70-d7a18770939e 'Climbing'");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            await person.Conversations.Groups.Rename(parsed.GetValue(group)!, parsed.GetValue(title), cancellation);
            lines.Row(new { done = "rename", group = parsed.GetValue(group) }, "Done.");
        });
        return command;
    }

    private static Command End(string name, string description, Func<Person, string, CancellationToken, Task> act)
    {
        var session = new Session();
        var group = Group();
        var command = new Command(name, description) { group };
        command.Examples($"messenger group {name} 6921d2fd-e88c-4802-bb70-d7a18770939e");
        session.AddTo(command);
        session.Act(command, async (parsed, person, lines, cancellation) =>
        {
            await act(person, parsed.GetValue(group)!, cancellation);
            lines.Row(new { done = name, group = parsed.GetValue(group) }, "Done.");
        });
        return command;
    }
}
