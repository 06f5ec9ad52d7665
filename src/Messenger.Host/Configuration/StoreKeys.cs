namespace Messenger.Host.Configuration;

/// <summary>The keys of where the cluster's stores are, one by one: as operators of databases hand them out, in Secrets of several values.</summary>
internal static class StoreKeys
{
    public static readonly ConfigKey<string?> PostgresDirect = ConfigKey.Secret(
        "ConnectionStrings:PostgresDirect", "as ConnectionStrings:Postgres, past the pooler", "ConnectionStrings:Postgres",
        "For what needs a connection to the server itself: the log's writer and migrations. Needed where a pooler shares connections by transaction.");

    public static readonly ConfigKey<string?> PostgresHost = ConfigKey.Text(
        "Postgres:Host", "host names separated by commas, each with its port where it has one of its own", "none",
        "Instead of, or over, what the connection string says; so are the other keys of Postgres.");

    public static readonly ConfigKey<int> PostgresPort = ConfigKey.Whole("Postgres:Port", 1, 65535, 5432, "The port of hosts that name none.");

    public static readonly ConfigKey<string?> PostgresDatabase = ConfigKey.Text("Postgres:Database", "a name", "the user's", "The database.");

    public static readonly ConfigKey<string?> PostgresUser = ConfigKey.Text("Postgres:User", "a name", "none", "Who logs in to PostgreSQL.");

    public static readonly ConfigKey<string?> PostgresPassword = ConfigKey.Secret("Postgres:Password", "any characters", "none", "The user's password.");

    public static readonly ConfigKey<string?> PostgresPasswordFile = ConfigKey.Text(
        "Postgres:PasswordFile", "a file with nothing else in it", "none", "The password in a file, such as a mounted Secret: read anew for connections that are made after it changed.");

    public static readonly ConfigKey<string?> PostgresOptions = ConfigKey.Text(
        "Postgres:Options", "more of an Npgsql connection string, such as SSL Mode=VerifyFull;Root Certificate=/tls/ca.crt", "none", "What else connections want.");

    public static readonly ConfigKey<string> PostgresPooler = ConfigKey.OneOf(
        "Postgres:Pooler", NoPooler,
        "Whether a pooler such as PgBouncer stands before PostgreSQL, and how it shares connections. With one, what the planner is to do stands on the role, by the migrate command; by transaction nothing is kept prepared either.",
        NoPooler, SessionPooler, TransactionPooler);

    public static readonly ConfigKey<string?> RedisHost = ConfigKey.Text(
        "Redis:Host", "host names separated by commas, each with its port where it has one of its own", "none",
        "Instead of, or over, what the connection string says; so are the other keys of Redis.");

    public static readonly ConfigKey<int> RedisPort = ConfigKey.Whole("Redis:Port", 1, 65535, 6379, "The port of hosts that name none.");

    public static readonly ConfigKey<string?> RedisUser = ConfigKey.Text("Redis:User", "a name", "none", "Who logs in to Redis, where it has users.");

    public static readonly ConfigKey<string?> RedisPassword = ConfigKey.Secret("Redis:Password", "any characters", "none", "The password.");

    public static readonly ConfigKey<string?> RedisPasswordFile = ConfigKey.Text(
        "Redis:PasswordFile", "a file with nothing else in it", "none", "The password in a file: read anew for connections that are made after it changed.");

    public static readonly ConfigKey<bool> RedisTls = ConfigKey.Flag("Redis:Tls", false, "Whether Redis is spoken to by TLS.");

    public static readonly ConfigKey<string?> RedisServiceName = ConfigKey.Text(
        "Redis:ServiceName", "the name of a primary", "none", "Where the hosts are Sentinels: the primary that they watch.");

    public const string NoPooler = "none";
    public const string SessionPooler = "session";
    public const string TransactionPooler = "transaction";

    public static readonly IReadOnlyList<ConfigKey> All =
    [
        PostgresDirect, PostgresHost, PostgresPort, PostgresDatabase, PostgresUser, PostgresPassword, PostgresPasswordFile, PostgresOptions, PostgresPooler,
        RedisHost, RedisPort, RedisUser, RedisPassword, RedisPasswordFile, RedisTls, RedisServiceName,
    ];
}
