using Messenger.Grains.Placement;

namespace Messenger.Host.Configuration;

/// <summary>Every key there is. <c>--help</c> prints it, docs/operations.md shows it, and what is not in it is refused.</summary>
internal static class Keys
{
    public static readonly Key<string?> Postgres = Key.Secret(
        "ConnectionStrings:Postgres", "an Npgsql connection string such as Host=db;Database=messenger;Username=messenger", "none: embedded",
        "The cluster's store of everything that was acknowledged. Given together with Redis or not at all.");

    public static readonly Key<string?> Redis = Key.Secret(
        "ConnectionStrings:Redis", "a StackExchange.Redis connection string such as redis:6379", "none: embedded",
        "Cluster membership, and nothing that could not be lost. Given together with PostgreSQL or not at all.");

    public static readonly Key<string> Role = Key.OneOf(
        "Silo:Role", SiloRoles.All, "What this process does: sockets (gateway), user state (worker), or both (all). Embedded is always all.",
        SiloRoles.All, SiloRoles.Gateway, SiloRoles.Worker);

    public static readonly Key<int> SiloPort = Key.Whole(
        "Silo:Port", 0, 65535, -1, "The port of the other processes of the cluster; 0 finds a free one. A fixed one suits firewall rules.",
        "11111; embedded: 0");

    public static readonly Key<string?> SiloAddress = Key.Text(
        "Silo:Address", "an IP address or host name of this machine", "the machine's own; embedded: loopback",
        "The address the other processes reach this one at. Give it where a machine has several.");

    public static readonly Key<string?> ClusterId = Key.Text(
        "Cluster:Id", "a name of up to 64 letters, digits, dots, dashes or underscores", "messenger",
        "Processes of one cluster share it. Several clusters may share one Redis, but never one database.");

    public static readonly Key<string?> DataDirectory = Key.Text(
        "Data:Directory", "a directory this process may write to", "data",
        "Where the embedded store lives, relative to the current directory. One process at a time.");

    public static readonly Key<bool> MigrateOnStart = Key.Flag(
        "Data:MigrateOnStart", false, "Whether a start may upgrade the database. In a cluster that is a step of its own: the migrate command.",
        "false; embedded: true");

    public static readonly Key<int> MaxMessageBytes = Key.Whole(
        "Gateway:MaxMessageBytes", 16 * 1024, 16 * 1024 * 1024, 256 * 1024,
        "A larger frame closes the connection with 1009. The largest body is 64 KiB, which Base64 makes 88 KiB.");

    public static readonly Key<Uri?> PublicUrl = Key.Url(
        "Gateway:PublicUrl", "as the request came", "What URLs that are handed out begin with; needed behind a proxy that changes the host name.");

    public static readonly Key<int> DrainPerSecond = Key.Whole(
        "Gateway:DrainPerSecond", 1, 100_000, 400,
        "Connections closed a second (1001) when the process stops, so that the others are not run over by those who reconnect.");

    public static readonly Key<string?> FixedCode = Key.Text(
        "Registration:FixedCode", "4 to 10 digits, in the Development environment alone", "none; Development: 000000",
        "Every code by SMS is this one: for development and tests.");

    public static readonly Key<int> CodeDigits = Key.Whole(
        "Registration:CodeDigits", 4, 10, 6, "Digits of a code by SMS. Five wrong tries void a code, which makes six enough.");

    public static readonly Key<bool> LimitsEnabled = Key.Flag(
        "Limits:Enabled", true, "Rate limits. May be false in the Development environment alone: load tests need that.");

    public static readonly Key<int> AdminPort = Key.Whole(
        "Admin:Port", 0, 65535, 0, "The operator's port, apart from the clients': the admin interface. 0: there is none.", "0: none");

    public static readonly Key<string?> ServerVersion = Key.Text(
        "Server:Version", "text", "this release's", "What RequestPing answers as serverVersion.");

    public static readonly Key<Uri?> AndroidUrl = Key.Url(
        "Server:AndroidUrl", "none", "Where the Android application is to be had; RequestPing answers it.");

    public static readonly Key<string?> SupportId = Key.Text(
        "Server:SupportId", "a user id", "none", "The user that clients offer as support.");

    public static readonly Key<string?> AdminId = Key.Text(
        "Server:AdminId", "a user id", "none", "The user that clients show as the operator.");

    public static readonly Key<bool> BigBrother = Key.Flag(
        "Server:BigBrother", false, "A flag told to clients; the server does nothing with it.");

    public static readonly Key<string?> ButtonBackground = Colour("ButtonBackground", "#2e7d32");
    public static readonly Key<string?> ButtonText = Colour("ButtonText", "#ffffff");
    public static readonly Key<string?> YourMessageBubbleBackground = Colour("YourMessageBubbleBackground", "#c9c9f2");
    public static readonly Key<string?> YourMessageBubbleText = Colour("YourMessageBubbleText", "#000000");
    public static readonly Key<string?> TheirMessageBubbleBackground = Colour("TheirMessageBubbleBackground", "#FFFFFF");
    public static readonly Key<string?> TheirMessageBubbleText = Colour("TheirMessageBubbleText", "#000000");
    public static readonly Key<Uri?> Logo = Key.Url("Server:Theme:Logo", "none", "The logo that clients show.");
    public static readonly Key<Uri?> Sound = Key.Url("Server:Theme:Sound", "none", "The sound that clients play.");

    /// <summary>In the order of the documentation.</summary>
    public static readonly IReadOnlyList<Key> All =
    [
        Postgres, Redis, Role, SiloPort, SiloAddress, ClusterId, DataDirectory, MigrateOnStart, MaxMessageBytes, PublicUrl, DrainPerSecond,
        FixedCode, CodeDigits, LimitsEnabled, .. OutsideKeys.All, AdminPort, ServerVersion, AndroidUrl, SupportId, AdminId, BigBrother,
        ButtonBackground, ButtonText, YourMessageBubbleBackground, YourMessageBubbleText, TheirMessageBubbleBackground, TheirMessageBubbleText,
        Logo, Sound,
    ];

    private static Key<string?> Colour(string name, string @default) => new(
        $"Server:Theme:{name}", "a colour such as #2e7d32", @default, "A colour that clients use.", @default,
        text => (text.Length == 7 && text[0] == '#' && text.Skip(1).All(char.IsAsciiHexDigit), text));
}
