namespace Messenger.Architecture.Tests;

/// <summary>The plan of the house: what stands on which floor. What a floor uses stands below it.</summary>
internal static class Floors
{
    /// <summary>Each project and the projects that it names. A project that is not here has not been thought about.</summary>
    public static readonly Dictionary<string, string[]> Projects = new()
    {
        ["Messenger.Protocol"] = [],
        ["Messenger.Ports"] = ["Messenger.Telemetry"],
        ["Messenger.Telemetry"] = [],
        ["Messenger.Contracts"] = ["Messenger.Protocol", "Messenger.Ports"],
        ["Messenger.Grains"] = ["Messenger.Contracts", "Messenger.Ports", "Messenger.Telemetry"],
        ["Messenger.Gateway"] = ["Messenger.Contracts", "Messenger.Ports", "Messenger.Telemetry"],
        ["Messenger.Providers"] = ["Messenger.Ports", "Messenger.Telemetry"],
        ["Messenger.Host"] = ["Messenger.Gateway", "Messenger.Grains", "Messenger.Providers"],
        ["Messenger.Client"] = ["Messenger.Protocol"],
        ["Messenger.Specification"] = ["Messenger.Protocol"],

        // Judges the server and the client by the document alone.
        ["Messenger.Conformance"] = [],
        ["Messenger.Cli"] = ["Messenger.Client", "Messenger.Conformance"],
    };

    /// <summary>
    /// The folders of each project that has some, top floor first. A folder uses folders of lower floors and none of its own floor; the empty name is
    /// the project's root.
    /// </summary>
    public static readonly Dictionary<string, string[][]> Folders = new()
    {
        ["Messenger.Ports"] = [[""], ["Flow"]],
        ["Messenger.Contracts"] = [[""], ["Placement"]],
        ["Messenger.Grains"] =
        [
            ["Hosting"], ["Recovery", "Registration", "Pushes", "Uploads", "Linking"], ["Quotas", "Conversations", "Users"], ["Fanout", "Views", "Budgets"], ["Devices"],
            ["Delivery"], ["State"], [""],
        ],
        ["Messenger.Gateway"] =
        [
            ["Hosting"], ["Files"], ["Dispatch"], ["Routes", "Sessions"], ["Links", "Requests"], ["Delivery"], ["Transport", "Listening"], ["RateLimits"], [""],
        ],
        ["Messenger.Providers"] =
        [
            ["Pushes", "Console", "Disk", "S3"], ["Apns", "Fcm", "WebPush", "Sms", "Registration", "Postgres", "Sqlite"], ["Relational"], ["Commits", "Schema", "Transfer"], ["Http", "Files"], [""],
        ],
        ["Messenger.Host"] = [[""], ["Commands", "Explorer", "Health"], ["Composition"], ["Admin"], ["Membership", "Starting"], ["Configuration"], ["Logging"]],
        ["Messenger.Specification"] = [[""], ["Models"]],
        ["Messenger.Client"] = [["Storage"], ["Files"], ["Messaging"], ["Accounts"], [""], ["Connections", "Profiles", "Crypto"]],
        ["Messenger.Cli"] = [[""], ["Admin", "Commands"], ["Terminal", "Torture"]],
        ["Messenger.Conformance"] = [["Reports"], [""], ["Checks", "Replay"], ["Phones"], ["Rules"]],
    };
}
