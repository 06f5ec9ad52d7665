
using Messenger.Contracts.Placement;

namespace Messenger.Host.Configuration;

/// <summary>Every key there is. <c>--help</c> prints it, docs/operations.md shows it, and what is not in it is refused.</summary>
internal static class ConfigKeys
{
    public static readonly ConfigKey<string?> Postgres = ConfigKey.Secret(
        "ConnectionStrings:Postgres", "an Npgsql connection string such as Host=db;Database=messenger;Username=messenger, or a postgresql:// URI", "none: embedded",
        "The cluster's store of everything that was acknowledged. Given together with Redis or not at all.");

    public static readonly ConfigKey<string?> Redis = ConfigKey.Secret(
        "ConnectionStrings:Redis", "a StackExchange.Redis connection string such as redis:6379,password=...,ssl=true, or a redis:// or rediss:// URI", "none: embedded",
        "Cluster membership, and nothing that could not be lost. Given together with PostgreSQL or not at all.");

    public static readonly ConfigKey<string> Role = ConfigKey.OneOf(
        "Silo:Role", SiloRoles.All, "What this process does: sockets (gateway), user state (worker), or both (all). Embedded is always all.",
        SiloRoles.All, SiloRoles.Gateway, SiloRoles.Worker);

    public static readonly ConfigKey<int> SiloPort = ConfigKey.Whole(
        "Silo:Port", 0, 65535, -1, "The port of the other processes of the cluster; 0 finds a free one. A fixed one suits firewall rules.",
        "11111; embedded: 0");

    public static readonly ConfigKey<string?> SiloAddress = ConfigKey.Text(
        "Silo:Address", "an IP address or host name of this machine", "the machine's own; embedded: loopback",
        "The address the other processes reach this one at. Give it where a machine has several.");

    public static readonly ConfigKey<string?> ClusterId = ConfigKey.Text(
        "Cluster:Id", "a name of up to 64 letters, digits, dots, dashes or underscores", "what the database says",
        "Processes of one cluster share it. Several clusters may share one Redis, but never one database.");

    public static readonly ConfigKey<string?> ClusterIdIfNew = ConfigKey.Text(
        "Cluster:IdIfNew", "a name as of Cluster:Id", "messenger",
        "What the migrate command has a database call its cluster that nobody has used yet, where Cluster:Id is not given. Later the database says it.");

    public static readonly ConfigKey<string?> ClusterSecret = ConfigKey.Secret(
        "Cluster:Secret", "at least 32 characters (openssl rand -base64 32), the same for all processes", "none",
        "Proves that a process belongs to the cluster whose membership stands in Redis; another secret is refused.");

    public static readonly ConfigKey<string?> DataDirectory = ConfigKey.Text(
        "Data:Directory", "a directory this process may write to", "data",
        "Where the embedded store lives, relative to the current directory. One process at a time.");

    public static readonly ConfigKey<bool> MigrateOnStart = ConfigKey.Flag(
        "Data:MigrateOnStart", false, "Whether a start may upgrade the database. In a cluster that is a step of its own: the migrate command.",
        "false; embedded: true");

    public static readonly ConfigKey<string?> CredentialKey = ConfigKey.Secret(
        "Data:CredentialKey", "Base64 of 32 random bytes (openssl rand -base64 32), the same for all processes; in a rotation up to 4 of them, comma-separated", "embedded: a file of its own; cluster: none",
        "What application uuids, which are credentials, push tokens, and the keys that URLs of files are signed with are sealed with in the database. The first seals, and each opens. Keep it apart from backups.");

    public static readonly ConfigKey<int> MaxMessageBytes = ConfigKey.Whole(
        "Gateway:MaxMessageBytes", 16 * 1024, 16 * 1024 * 1024, 256 * 1024,
        "A larger frame closes the connection with 1009. The largest body is 64 KiB, which Base64 makes 88 KiB.");

    public static readonly ConfigKey<Uri?> PublicUrl = ConfigKey.Url(
        "Gateway:PublicUrl", "as the request came", "What URLs that are handed out begin with; needed behind a proxy that changes the host name.");

    public static readonly ConfigKey<int> DrainPerSecond = ConfigKey.Whole(
        "Gateway:DrainPerSecond", 1, 100_000, 400,
        "Connections closed a second (1001) when the process stops, so that the others are not run over by those who reconnect.");

    public static readonly ConfigKey<bool> AllowRemote = ConfigKey.Flag(
        "Development:AllowRemote", false,
        "A fixed code, limits that are off and the explorer keep to loopback addresses: listened on, and of stores and providers. True lets them beyond.");

    public static readonly ConfigKey<int> MaxSessions = ConfigKey.Whole(
        "Gateway:MaxSessions", 1, 1_000_000, 20_000,
        "Connections of this process; one more is closed with 1013. Each takes about 30 KiB at rest: give the process memory for as many.");

    public static readonly ConfigKey<long> MemoryGuests = Memory(
        "Guests", 5, "All connections that have not logged in, and what they send. Past it new ones are refused with 503, long messages with 1013.");

    public static readonly ConfigKey<long> MemoryReadBuffers = Memory(
        "ReadBuffers", 10, "Requests longer than 4 KiB that come in or are being served. Past it the largest holder is closed with 1013, else the newcomer.");

    public static readonly ConfigKey<long> MemoryOutboxes = Memory(
        "Outboxes", 20, "Answers and notifications that wait for clients to read. Past it the one that most waits for is closed with 4009.");

    public static readonly ConfigKey<long> MemoryConversations = Memory(
        "Conversations", 20, "Messages that conversations keep in memory or have under way. Past it bodies are dropped and read again; new messages are refused last.");

    public static readonly ConfigKey<string?> FixedCode = ConfigKey.Text(
        "Registration:FixedCode", "4 to 10 digits, in the Development environment alone", "none; Development: 000000",
        "Every code by SMS is this one: for development and tests.");

    public static readonly ConfigKey<int> CodeDigits = ConfigKey.Whole(
        "Registration:CodeDigits", 6, 10, 6,
        "Digits of a code by SMS. Five wrong tries void a code, and a day has at most Limits:WrongCodesPerDay of them: with six digits one chance in 10 000 at most.");

    public static readonly ConfigKey<bool> LimitsEnabled = ConfigKey.Flag(
        "Limits:Enabled", true, "Rate limits; off in the Development environment unless set, where alone they may be.");

    public static readonly ConfigKey<int> AdminPort = ConfigKey.Whole(
        "Admin:Port", 0, 65535, 0, "The operator's port, apart from the clients': the admin interface. 0: there is none.", "0: none");

    public static readonly ConfigKey<int> CodesPerPhone = ConfigKey.Whole(
        "Limits:CodesPerPhone", 1, 100, 5, "Codes by SMS an hour to one phone to register with, and as many again for what its own applications ask. In the phone's grain, on disk.");

    public static readonly ConfigKey<int> WrongCodesPerDay = ConfigKey.Whole(
        "Limits:WrongCodesPerDay", 5, 99, 50,
        "Wrong codes in 24 hours of one phone, strangers' and its own applications' apart: 50 of a million is one chance in 20 000 a day. On disk before the answer.");

    public static readonly ConfigKey<int> RegistrationsPerAddress = ConfigKey.Whole(
        "Limits:RegistrationsPerAddress", 1, 100_000, 20, "RequestRegisterApplication in 10 minutes from one address (IPv6: one /64, ten times as many of a /48), in the cluster.");

    public static readonly ConfigKey<int> RegistrationsPerPrefix = ConfigKey.Whole(
        "Limits:RegistrationsPerPrefix", 1, 1000, 100, "Registrations an hour of phones that differ in the last three digits alone, in the cluster: against SMS pumping.");

    public static readonly ConfigKey<int> FailedLoginsPerAddress = ConfigKey.Whole(
        "Limits:FailedLoginsPerAddress", 1, 100_000, 100, "Logins in 10 minutes from one address that are no application's, by WebSocket and HTTP, at this process. Past it wrong ones are told so; right ones wait for their turn.");

    public static readonly ConfigKey<int> ConnectionsPerAddress = ConfigKey.Whole(
        "Limits:ConnectionsPerAddress", 1, 1_000_000, 2000, "WebSockets of one address (IPv6: one /64, ten times as many of a /48) at this process, and as many other connections of one that is no trusted proxy: many phones share a carrier's.");

    public static readonly ConfigKey<int> RequestsPerSecond = ConfigKey.Whole(
        "Limits:RequestsPerSecond", 1, 100_000, 200, "Requests a second of one connection, for long; ten times as many at once.");

    public static readonly ConfigKey<int> MessagesPerMinute = ConfigKey.Whole(
        "Limits:MessagesPerMinute", 1, 1_000_000, 1200, "Messages of one user at this process.");

    public static readonly ConfigKey<int> CreationsPerHour = ConfigKey.Whole(
        "Limits:CreationsPerHour", 1, 1_000_000, 120, "Conversations that one user creates at this process. A refusal tells who is not registered.");

    public static readonly ConfigKey<int> AdditionsPerHour = ConfigKey.Whole(
        "Limits:AdditionsPerHour", 1, 1_000_000, 1000, "People that one user adds to groups at this process. A refusal tells who is not registered.");

    public static readonly ConfigKey<int> DiscoveryIdsPerDay = ConfigKey.Whole(
        "Limits:DiscoveryIdsPerDay", 1000, 100_000, 20_000,
        "New ids that one user looks up in a day, on disk: what makes walking all phone numbers slow. Asking for a known one again costs nothing.");

    public static readonly ConfigKey<int> DiscoveryCallsPerMinute = ConfigKey.Whole(
        "Limits:DiscoveryCallsPerMinute", 1, 1000, 20, "RequestGetRegisteredUsers of one user.");

    public static readonly ConfigKey<string?> TrustedProxies = ConfigKey.Text(
        "Gateway:TrustedProxies", "networks such as 10.0.0.0/8, separated by commas", "none",
        "X-Forwarded-For and -Proto are believed of these alone; else anybody could choose the address that is limited.");

    public static readonly ConfigKey<string?> AllowedOrigins = ConfigKey.Text(
        "Gateway:AllowedOrigins", "origins such as https://chat.example, separated by commas", "none but this server's own",
        "Web pages that may open a WebSocket, upload and download. Apps send no origin, and are not asked.");

    public static readonly ConfigKey<string?> AllowedHosts = ConfigKey.Text(
        "Gateway:AllowedHosts", "host names such as chat.example, separated by commas", "the host of Gateway:PublicUrl",
        "Names under which this server's own web pages may connect; addresses and localhost always may. Any other name may be somebody's who lets it lead here.");

    public static readonly ConfigKey<string?> TlsCertificate = ConfigKey.Text(
        "Tls:Certificate", "a PEM file: the certificate, then its chain", "none", "What https addresses of --urls serve. Read anew when it changed. Given with Tls:Key.");

    public static readonly ConfigKey<string?> TlsKey = ConfigKey.Text("Tls:Key", "a PEM file: the private key", "none", "Given with Tls:Certificate.");

    public static readonly ConfigKey<string> FilesProvider = ConfigKey.OneOf(
        "Files:Provider", "disk", "Where files are kept: in a folder, or in an S3 bucket.", "disk", "s3");

    public static readonly ConfigKey<string?> FilesDirectory = ConfigKey.Text(
        "Files:Directory", "a directory this process may write to", "files below Data:Directory; cluster: none",
        "The folder of the files. In a cluster all gateways mount the same one; without it, and without S3, a cluster takes no files.");

    public static readonly ConfigKey<long> FilesMaxBytes = ConfigKey.Bytes(
        "Files:MaxBytes", 1, 2L * 1024 * 1024 * 1024, "The largest file.");

    public static readonly ConfigKey<long> FilesMaxBytesPerDay = ConfigKey.Bytes(
        "Files:MaxBytesPerDay", 1, 10L * 1024 * 1024 * 1024, "What one user may upload in a day (UTC).");

    public static readonly ConfigKey<int> FilesMaxUploads = ConfigKey.Whole(
        "Files:MaxUploads", 1, 10_000, 32, "Unfinished uploads of one user.");

    public static readonly ConfigKey<int> FilesUploadHours = ConfigKey.Whole(
        "Files:UploadHours", 1, 24 * 30, 24, "An upload that got nothing for so long is given up.");

    public static readonly ConfigKey<int> FilesKeyDays = ConfigKey.Whole(
        "Files:KeyDays", 1, 365, 7, "After so many days URLs are signed with a new key. Keys are made and kept in the database.");

    public static readonly ConfigKey<long> FilesKeepFree = ConfigKey.Bytes(
        "Files:KeepFreeBytes", 0, 1024L * 1024 * 1024, "What uploads leave free on the disk of Files:Directory: the database may lie there too.");

    public static readonly ConfigKey<bool> FilesCollectorDryRun = ConfigKey.Flag(
        "Files:CollectorDryRun", false, "The collector counts what it would remove, and removes nothing.");

    public static readonly ConfigKey<string?> FilesAssets = ConfigKey.Text(
        "Files:AssetsDirectory", "a directory that exists", "none", "Served at /assets: the logo, the sound.");

    public static readonly ConfigKey<string?> FilesAndroid = ConfigKey.Text(
        "Files:AndroidDirectory", "a directory that exists", "none", "Served at /android: the Android application.");

    public static readonly ConfigKey<string?> S3Bucket = ConfigKey.Text(
        "Files:S3:Bucket", "the name of a bucket that exists", "none", "Where files are kept with Files:Provider=s3.");

    public static readonly ConfigKey<Uri?> S3Endpoint = ConfigKey.Url(
        "Files:S3:Endpoint", "Amazon's, by region", "An S3 server that is not Amazon's; the bucket stands in its paths.");

    public static readonly ConfigKey<string?> S3Region = ConfigKey.Text(
        "Files:S3:Region", "the name of a region", "us-east-1", "Part of every signature; servers that know no regions take us-east-1.");

    public static readonly ConfigKey<string?> S3AccessKey = ConfigKey.Text(
        "Files:S3:AccessKey", "an access key", "the machine's own", "Left out, with the secret, where the machine has a role.");

    public static readonly ConfigKey<string?> S3SecretKey = ConfigKey.Secret(
        "Files:S3:SecretKey", "the access key's secret", "the machine's own", "Given together with the access key or not at all.");

    public static readonly ConfigKey<string?> S3Prefix = ConfigKey.Text(
        "Files:S3:Prefix", "text such as messenger/", "none", "Begins every object's key, where a bucket is shared.");

    public static readonly ConfigKey<string?> S3Spool = ConfigKey.Text(
        "Files:S3:SpoolDirectory", "a directory this process may write to", "the system's for temporary files",
        "Where a part lies while it comes: 8 MiB for each upload under way.");

    public static readonly ConfigKey<bool> Explorer = ConfigKey.Flag(
        "Explorer:Enabled", false, "The page /explorer: two throw-away people, every request, what both get for it. For developers, not for the public.",
        "false; Development: true");

    public static readonly ConfigKey<bool> Web = ConfigKey.Flag(
        "Web:Enabled", false, "The messenger in the browser, at / and /demo. It talks to this server alone.", "false; Development: true");

    public static readonly ConfigKey<string?> ServerVersion = ConfigKey.Text(
        "Server:Version", "text", "this release's", "What RequestPing answers as serverVersion.");

    public static readonly ConfigKey<Uri?> AndroidUrl = ConfigKey.Url(
        "Server:AndroidUrl", "none", "Where the Android application is to be had; RequestPing answers it.");

    public static readonly ConfigKey<string?> SupportId = ConfigKey.Text(
        "Server:SupportId", "a user id", "none", "The user that clients offer as support.");

    public static readonly ConfigKey<string?> AdminId = ConfigKey.Text(
        "Server:AdminId", "a user id", "none", "The user that clients show as the operator.");

    public static readonly ConfigKey<bool> BigBrother = ConfigKey.Flag(
        "Server:BigBrother", false, "A flag told to clients; the server does nothing with it.");

    public static readonly ConfigKey<string?> ButtonBackground = Colour("ButtonBackground", "#2e7d32");
    public static readonly ConfigKey<string?> ButtonText = Colour("ButtonText", "#ffffff");
    public static readonly ConfigKey<string?> YourMessageBubbleBackground = Colour("YourMessageBubbleBackground", "#c9c9f2");
    public static readonly ConfigKey<string?> YourMessageBubbleText = Colour("YourMessageBubbleText", "#000000");
    public static readonly ConfigKey<string?> TheirMessageBubbleBackground = Colour("TheirMessageBubbleBackground", "#FFFFFF");
    public static readonly ConfigKey<string?> TheirMessageBubbleText = Colour("TheirMessageBubbleText", "#000000");
    public static readonly ConfigKey<Uri?> Logo = ConfigKey.Url("Server:Theme:Logo", "none", "The logo that clients show.");
    public static readonly ConfigKey<Uri?> Sound = ConfigKey.Url("Server:Theme:Sound", "none", "The sound that clients play.");

    /// <summary>In the order of the documentation.</summary>
    public static readonly IReadOnlyList<ConfigKey> All =
    [
        Postgres, Redis, .. StoreKeys.All, Role, SiloPort, SiloAddress, .. TransportKeys.All, TransportKeys.Plaintext, ClusterId, ClusterIdIfNew, ClusterSecret, DataDirectory, MigrateOnStart, CredentialKey, MaxMessageBytes, PublicUrl, DrainPerSecond,
        MaxSessions, MemoryGuests, MemoryReadBuffers, MemoryOutboxes, MemoryConversations,
        AllowRemote, FixedCode, CodeDigits, .. VouchingKeys.All, .. JudgeKeys.All, LimitsEnabled, CodesPerPhone, WrongCodesPerDay, RegistrationsPerAddress, RegistrationsPerPrefix, FailedLoginsPerAddress,
        ConnectionsPerAddress, RequestsPerSecond, MessagesPerMinute, CreationsPerHour, AdditionsPerHour, DiscoveryIdsPerDay, DiscoveryCallsPerMinute, .. BudgetKeys.All,
        TrustedProxies, AllowedOrigins, AllowedHosts, TlsCertificate, TlsKey, .. IntegrationKeys.All, AdminPort,
        FilesProvider, FilesDirectory, FilesMaxBytes, FilesMaxBytesPerDay, FilesMaxUploads, FilesUploadHours, FilesKeyDays, FilesKeepFree,
        FilesCollectorDryRun, FilesAssets, FilesAndroid, S3Bucket, S3Endpoint, S3Region, S3AccessKey, S3SecretKey, S3Prefix, S3Spool,
        Explorer, Web, ServerVersion, AndroidUrl, SupportId, AdminId, BigBrother,
        ButtonBackground, ButtonText, YourMessageBubbleBackground, YourMessageBubbleText, TheirMessageBubbleBackground, TheirMessageBubbleText,
        Logo, Sound, .. EditionKeys.All, .. CallsKeys.All,
    ];

    private static ConfigKey<long> Memory(string of, int percent, string reason) =>
        ConfigKey.Bytes($"Memory:{of}", 1024 * 1024, 0, reason) with { Default = $"{percent} % of the process's memory" };

    private static ConfigKey<string?> Colour(string name, string @default) => new(
        $"Server:Theme:{name}", "a colour such as #2e7d32", @default, "A colour that clients use.", @default,
        text => (text.Length == 7 && text[0] == '#' && text.Skip(1).All(char.IsAsciiHexDigit), text));
}
