using System.CommandLine;
using System.Text.Json.Nodes;

namespace Messenger.Cli.Admin;

/// <summary>Commands that take something away: each says what it will do, asks for <c>--yes</c>, and has a dry run.</summary>
internal static class Orders
{
    public static Command DeleteMessage()
    {
        var (conversation, message) = (Conversation(), new Argument<string>("message") { Description = "The message's uuid" });
        return Order(
            "delete", "Deletes a message for everybody; a shell without a text stays. Example: messenger admin messages delete CONVERSATION MESSAGE --reason 'order 4711' --yes",
            [conversation, message], reasoned: true, "deletes a message for everybody", "/messages/delete",
            parsed => new() { ["conversation"] = parsed.GetValue(conversation), ["message"] = parsed.GetValue(message) });
    }

    public static Command DeleteConversation()
    {
        var conversation = Conversation();
        return Order(
            "delete", "Deletes a conversation for everybody in it. Example: messenger admin conversations delete CONVERSATION --reason 'order 4711' --yes",
            [conversation], reasoned: true, "deletes a conversation for everybody in it", "/conversations/delete", parsed => new() { ["conversation"] = parsed.GetValue(conversation) });
    }

    public static Command DeleteAvatar()
    {
        var owner = new Argument<string>("owner") { Description = "A phone in E.164, a user id, or a conversation's uuid" };
        return Order(
            "delete", "Deletes the avatar of a user or a conversation. Example: messenger admin avatars delete +35799123456 --reason 'order 4711' --yes",
            [owner], reasoned: true, "deletes an avatar", "/avatars/delete",
            parsed => Guid.TryParse(parsed.GetValue(owner), out var uuid) ? new() { ["conversation"] = uuid.ToString() } : Whom(parsed.GetValue(owner)!));
    }

    public static Command EraseUser()
    {
        var user = User();
        return Order(
            "erase", "Erases an account for good: devices, contacts, avatar; it leaves its conversations. Example: messenger admin users erase +35799123456 --reason 'order 4711' --dry-run",
            [user], reasoned: true, "erases the account for good", "/users/erase", parsed => Whom(parsed.GetValue(user)!));
    }

    public static Command RevokeDevice()
    {
        var (user, device) = (User(), new Argument<string>("device") { Description = "As 'users find' names it" });
        return Order(
            "revoke", "Takes one device's access away, such as a stolen phone's. Example: messenger admin devices revoke +35799123456 0123456789abcdef --yes",
            [user, device], reasoned: false, "takes the device's access away: it has to be registered again", "/devices/revoke",
            parsed =>
            {
                var order = Whom(parsed.GetValue(user)!);
                order["device"] = parsed.GetValue(device);
                return order;
            });
    }

    public static Command ClearPhone()
    {
        var user = User();
        return Order(
            "clear", "Forgets what counts against a phone's limits: codes sent and codes guessed wrong. Example: messenger admin phones clear +35799123456 --yes",
            [user], reasoned: false, "lets the phone ask for codes again, and guess again", "/phones/clear", parsed => Whom(parsed.GetValue(user)!));
    }

    public static Command PauseRegistration()
    {
        var text = new Option<string?>("--reason") { Description = "Why; kept in the audit log" };
        return Order(
            "pause", "Sends no more codes to those who register. Example: messenger admin registration pause --reason upgrade --yes", [], reasoned: false,
            "lets nobody register until it is resumed", "/registration/pause", parsed => new() { ["text"] = parsed.GetValue(text) }, text);
    }

    public static Command ResumeRegistration() => Harmless("resume", "Lets people register again", null, "/registration/resume", _ => []);

    public static Command Drain()
    {
        var process = Process();
        return Order(
            "drain", "Closes a process's connections, and lets it take no new ones. Example: messenger admin processes drain gateway-0 --yes", [process], reasoned: false,
            "closes all connections of the process, and lets it take no new ones until it is resumed", "/processes/drain", parsed => new() { ["process"] = parsed.GetValue(process) });
    }

    public static Command ResumeProcess()
    {
        var process = Process();
        return Harmless("resume", "Lets a drained process take connections again", process, "/processes/resume", parsed => new() { ["process"] = parsed.GetValue(process) });
    }

    public static Command AcceptKey() => Order(
        "accept", "Takes the configured Data:CredentialKey for the right one, where the old one is lost for good", [], reasoned: false,
        "gives up what the old key sealed", "/credential-key/accept", _ => []);

    public static Command SetNotice()
    {
        var text = new Argument<string>("text") { Description = "At most 500 characters" };
        return Harmless("set", "Shows a notice to everybody. Example: messenger admin notice set 'Maintenance at 22:00'", text, "/notice", parsed => new() { ["text"] = parsed.GetValue(text) });
    }

    public static Command ClearNotice() => Harmless("clear", "Takes the notice back; the configuration's is shown again", null, "/notice", _ => new() { ["text"] = null });

    public static Argument<string> User() => new("user") { Description = "A phone in E.164, or a user id" };

    public static Argument<string> Conversation() => new("conversation") { Description = "The conversation's uuid" };

    public static JsonObject Whom(string given) => given.StartsWith('+') && given.Length <= 16 ? new() { ["phone"] = given } : new() { ["userId"] = given };

    /// <summary>The same as a query.</summary>
    public static string Query(string given) => Whom(given).First() is var (name, value) ? $"{name}={Uri.EscapeDataString(value!.ToString())}" : "";

    private static Argument<string> Process() => new("process") { Description = "As 'processes list' names it" };

    private static Command Order(
        string name, string description, Argument[] arguments, bool reasoned, string whatItDoes, string path, Func<ParseResult, JsonObject> body, Option? more = null)
    {
        var reason = new Option<string?>("--reason") { Description = reasoned ? "Required; kept in the audit log" : "Kept in the audit log", Required = reasoned };
        var dry = new Option<bool>("--dry-run") { Description = "Only says what would be done" };
        var yes = new Option<bool>("--yes") { Description = "It is meant" };
        return AdminSession.Command(
            name, description,
            command =>
            {
                Array.ForEach(arguments, command.Add);
                command.Add(more ?? reason);
                command.Add(dry);
                command.Add(yes);
            },
            async (parsed, session, call) =>
            {
                AdminSession.Meant(parsed.GetValue(dry) || parsed.GetValue(yes), whatItDoes);
                var order = body(parsed);
                if (more is null)
                {
                    order["reason"] = parsed.GetValue(reason);
                }

                order["dryRun"] = parsed.GetValue(dry);
                session.Show(parsed, await call(HttpMethod.Post, path, order), Told);
            });
    }

    private static Command Harmless(string name, string description, Argument? argument, string path, Func<ParseResult, JsonObject> body) => AdminSession.Command(
        name, description,
        command =>
        {
            if (argument is not null)
            {
                command.Add(argument);
            }
        },
        async (parsed, session, call) => session.Show(parsed, await call(HttpMethod.Post, path, body(parsed)), Told));

    private static IEnumerable<string> Told(JsonObject effect) => [$"{effect["effect"]}."];
}
