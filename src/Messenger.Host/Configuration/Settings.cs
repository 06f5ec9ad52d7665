using Messenger.Contracts.Placement;
using Messenger.Grains.Budgets;
using Messenger.Ports;
using Messenger.Providers.Postgres;
using Messenger.Protocol;

namespace Messenger.Host.Configuration;

/// <summary>The configuration, read and checked as a whole before anything starts.</summary>
internal sealed record Settings(
    ClusterSettings? Cluster, SiloSettings Silo, DataSettings Data, GatewaySettings Gateway, RegistrationSettings Registration,
    bool LimitsEnabled, LimitSettings Limits, EdgeSettings Edge, IntegrationSettings Integrations, FileSettings Files, bool Explorer, bool Web, ServerSettings Server,
    EditionSettings Edition, CallsSettings? Calls)
{
    /// <summary>Features that this configuration does not offer: switched off, or without what they need.</summary>
    public Features FeaturesOff => Edition.FeaturesOff | (Calls is null ? Features.Calls : Features.None)
        | (Integrations.Push.Web is null ? Features.WebPush : Features.None);

    /// <summary>One process, SQLite and nothing else.</summary>
    public bool Embedded => Cluster is null;
}

/// <summary>What a cluster shares.</summary>
/// <param name="Id">Null where none was given: the database knows it.</param>
/// <param name="IdIfNew">What a database that nobody has used yet is to call its cluster.</param>
/// <param name="Secret">Null where none was given.</param>
/// <param name="Environment">Of this process.</param>
internal sealed record ClusterSettings(string? Id, string IdIfNew, byte[]? Secret, string Environment, PostgresOptions Store, RedisSettings Redis)
{
    /// <summary>The connection string for commands and for what comes before the server: to the database itself, past a pooler.</summary>
    public string Postgres => Store.Direct ?? Store.ConnectionString;

    /// <summary>What every cluster was called before its database knew a name.</summary>
    public const string FirstId = "messenger";
}

/// <param name="Port">0 for a free one.</param>
/// <param name="Address">Null for the machine's own.</param>
/// <param name="Tls">Null: without TLS between processes.</param>
internal sealed record SiloSettings(string Role, int Port, string? Address, SiloTlsSettings? Tls)
{
    /// <summary>Whether clients connect here.</summary>
    public bool TerminatesSockets => Role != SiloRoles.Worker;
}

/// <param name="Directory">An absolute path.</param>
/// <param name="CredentialKeys">32 bytes each, newest first; empty where none was given.</param>
internal sealed record DataSettings(string Directory, bool MigrateOnStart, IReadOnlyList<byte[]> CredentialKeys);

internal sealed record GatewaySettings(int MaxMessageBytes, Uri? PublicUrl, int DrainPerSecond, int MaxSessions, MemoryOptions Memory);

/// <param name="FixedCode">Null outside the Development environment.</param>
internal sealed record RegistrationSettings(string? FixedCode, int CodeDigits, VouchingSettings Vouching);

/// <summary>Who is an account's owner; each as its key says.</summary>
internal sealed record VouchingSettings(TimeSpan Cooling, TimeSpan Inactive, TimeSpan LockLife);

/// <summary>Rates; each as its key says.</summary>
internal sealed record LimitSettings(
    int CodesPerPhone, int WrongCodesPerDay, int RegistrationsPerAddress, int RegistrationsPerPrefix, int FailedLoginsPerAddress, int ConnectionsPerAddress,
    int RequestsPerSecond, int MessagesPerMinute, int CreationsPerHour, int AdditionsPerHour, int DiscoveryIdsPerDay, int DiscoveryCallsPerMinute,
    BudgetOptions Budgets);

/// <summary>Whom the HTTP server believes and serves.</summary>
/// <param name="AllowedHosts">Names under which this server's own pages may connect.</param>
/// <param name="Tls">Null: Kestrel has no certificate of its own.</param>
internal sealed record EdgeSettings(IReadOnlyList<System.Net.IPNetwork> TrustedProxies, IReadOnlyList<string> AllowedOrigins, IReadOnlyList<string> AllowedHosts, TlsSettings? Tls);

/// <param name="Certificate">A PEM file.</param>
/// <param name="Key">A PEM file.</param>
internal sealed record TlsSettings(string Certificate, string Key);

/// <param name="Authority">A PEM file.</param>
/// <param name="Name">What every peer's certificate must hold; null for nothing.</param>
/// <param name="Required">Whether a peer without TLS is refused.</param>
internal sealed record SiloTlsSettings(TlsSettings Own, string Authority, string? Name, bool Required);

/// <param name="Directory">An absolute path; null with S3, and where there is no store.</param>
/// <param name="S3">Null without S3.</param>
internal sealed record FileSettings(
    string? Directory, S3Settings? S3, long MaxBytes, long MaxBytesPerDay, int MaxUploads, int UploadHours, int KeyDays, long KeepFree,
    bool CollectorDryRun, string? Assets, string? Android)
{
    /// <summary>Whether files are taken.</summary>
    public bool HasStore => Directory is not null || S3 is not null;
}

internal sealed record S3Settings(string Bucket, Uri? Endpoint, string Region, string? AccessKey, string? SecretKey, string Prefix, string Spool);

/// <summary>What clients are told of the server.</summary>
internal sealed record ServerSettings(string Version, Uri? AndroidUrl, ResponseServerSettings Answer);
