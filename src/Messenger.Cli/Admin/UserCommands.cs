using System.CommandLine;
using System.Text.Json.Nodes;

namespace Messenger.Cli.Admin;

/// <summary>Users and their devices.</summary>
internal static class UserCommands
{
    public static Command Find() => AboutSomebody(
        "find", "Looks a user up by number or id. Example: messenger admin users find +35799123456", device: false,
        (whom, call) => call(HttpMethod.Get, $"/users?{(whom.Phone is null ? "userId" : "phone")}={Uri.EscapeDataString(whom.Phone ?? whom.UserId!)}"),
        user => user["devices"]!.AsArray().Select(Device).Prepend(
            $"{user["userId"]}  {(user["suspended"]!.GetValue<bool>() ? "suspended" : "active")}  since {AdminSession.Time(user["created"])}, last seen {AdminSession.Time(user["lastLogin"])}"));

    public static Command Suspend() => AboutSomebody(
        "suspend", "Suspends an account: its connections close, it cannot log in, others see it as blocked", device: false,
        (whom, call) => call(HttpMethod.Post, "/users/suspend", whom), closed => [$"Suspended; connections closed: {closed["connections"]}."]);

    public static Command Restore() => AboutSomebody(
        "restore", "Ends a suspension", device: false, (whom, call) => call(HttpMethod.Post, "/users/restore", whom), _ => ["Restored."]);

    public static Command Unlock() => AboutSomebody(
        "unlock", "Removes an account's registration lock, for a number that changed hands: a code by SMS is enough then. Ask who wants it", device: false,
        (whom, call) => call(HttpMethod.Post, "/users/unlock", whom), _ => ["Unlocked."]);

    public static Command CloseConnections() => AboutSomebody(
        "close", "Closes a user's connections, or one device's; a client that may comes back", device: true,
        (whom, call) => call(HttpMethod.Post, "/connections/close", whom), closed => [$"Connections closed: {closed["connections"]}."]);

    public static Command TestPush() => AboutSomebody(
        "test", "Sends a push about nothing, and tells what the provider said", device: true,
        (whom, call) => call(HttpMethod.Post, "/push/test", whom),
        trials => trials["devices"]!.AsArray() is { Count: > 0 } devices
            ? devices.Select(trial => $"{trial!["device"]}  {trial["type"],-8}  {trial["outcome"]}  {trial["reason"]}")
            : ["No device has a push token."]);

    public static Command CreateAccount()
    {
        var name = new Argument<string>("name") { Description = "Such as support" };
        return AdminSession.Command(
            "create", "Makes an account without a phone, or another credential of one. Example: messenger admin accounts create support",
            command => command.Add(name),
            async (parsed, session, call) => session.Show(
                parsed, await call(HttpMethod.Post, "/accounts", new { name = parsed.GetValue(name) }),
                account =>
                [
                    $"User id:           {account["userId"]}   (for Server:SupportId or Server:AdminId)",
                    $"Application uuid:  {account["applicationUuid"]}   (its credential: RequestAuthenticationByApplication takes both)",
                ]));
    }

    private static Command AboutSomebody(
        string name, string description, bool device, Func<Somebody, Call, Task<JsonObject>> action, Func<JsonObject, IEnumerable<string>> lines)
    {
        var whom = new Argument<string>("user") { Description = "A phone in E.164, or a user id" };
        var which = new Option<string?>("--device") { Description = "One device, as 'users find' names it; all when left out" };
        var reason = new Option<string?>("--reason") { Description = "Kept in the audit log" };
        return AdminSession.Command(
            name, description,
            command =>
            {
                command.Add(whom);
                command.Add(reason);
                if (device)
                {
                    command.Add(which);
                }
            },
            async (parsed, session, call) =>
            {
                var given = parsed.GetValue(whom)!;
                var isPhone = given.StartsWith('+') && given.Length <= 16;
                var somebody = new Somebody(isPhone ? null : given, isPhone ? given : null, device ? parsed.GetValue(which) : null, parsed.GetValue(reason));
                session.Show(parsed, await action(somebody, call), lines);
            });
    }

    private static string Device(JsonNode? device) =>
        $"  {device!["device"]}  {device["type"],-8}  {(device["online"]!.GetValue<bool>() ? "online " : "offline")}  "
        + $"{(device["hasPushToken"]!.GetValue<bool>() ? "push" : "no push")}  last seen {AdminSession.Time(device["lastLogin"])}  {device["vendor"]} {device["model"]} {device["osVersion"]}";

    private sealed record Somebody(string? UserId, string? Phone, string? Device, string? Reason);
}
