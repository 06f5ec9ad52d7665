namespace Messenger.Host.Logging;

/// <summary>What the host logs. Never a secret.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Messenger {Version} listens on {Urls} as {Role}, embedded: {Embedded}")]
    public static partial void Started(ILogger logger, string version, string urls, string role, bool embedded);

    [LoggerMessage(2, LogLevel.Warning, "SMS are not sent but written to this log, codes included: Sms:Provider is console outside the Development environment")]
    public static partial void ConsoleSms(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "This cluster takes no files: set {Directory} to a folder that all gateways share, or {Provider} to s3")]
    public static partial void NoFiles(ILogger logger, string directory, string provider);

    [LoggerMessage(5, LogLevel.Warning, "The applications' uuids, which are credentials, can be read in the database: set {Key}, and apart from backups")]
    public static partial void NoCredentialKey(ILogger logger, string key);

    [LoggerMessage(6, LogLevel.Error, "The stop was not over after {Limit}: the process ends now, and what it left is taken over as from one that died")]
    public static partial void StopTookTooLong(ILogger logger, TimeSpan limit);

    [LoggerMessage(7, LogLevel.Error, "This process's row is gone from the membership table in Redis, which has {Rows} rows where it had {Seen}: Redis lost its data. Writing them again")]
    public static partial void RowLost(ILogger logger, int rows, int seen);

    [LoggerMessage(8, LogLevel.Warning, "The membership table in Redis has its {Rows} rows again")]
    public static partial void RowsRestored(ILogger logger, int rows);

    [LoggerMessage(9, LogLevel.Warning, "Redis does not answer ({Fault}): until it does nobody can join the cluster")]
    public static partial void MembershipAway(ILogger logger, string fault);

    [LoggerMessage(10, LogLevel.Warning, "The database was not told that this process leaves: who joins an empty Redis may wait some seconds for it")]
    public static partial void LeaseKept(ILogger logger);

    [LoggerMessage(12, LogLevel.Warning, "Redis was not told that this process leaves ({Fault}): the others find out by its silence, within ten seconds")]
    public static partial void LeftWithoutAWord(ILogger logger, string fault);

    [LoggerMessage(11, LogLevel.Warning, "Whoever reaches Redis can join this cluster: set {Key}, the same for all processes")]
    public static partial void NoClusterSecret(ILogger logger, string key);

    [LoggerMessage(12, LogLevel.Critical, "The cluster goes on without this process, which ends now ({Fault}): {Reason}")]
    public static partial void DeclaredDead(ILogger logger, string fault, string reason);

    [LoggerMessage(13, LogLevel.Warning, "A process at {Address} that speaks no TLS was refused")]
    public static partial void PlainPeer(ILogger logger, string address);

    [LoggerMessage(14, LogLevel.Warning, "A process whose certificate the cluster's authority did not sign, or not for now, was refused ({Fault})")]
    public static partial void ForeignPeer(ILogger logger, string fault);

    [LoggerMessage(15, LogLevel.Warning, "Without TLS, and not on loopback: {Connections}. {Key}=refuse makes that no start")]
    public static partial void Plaintext(ILogger logger, string connections, string key);

    [LoggerMessage(16, LogLevel.Warning, "{Key} is prefer: a peer without TLS is let in. It is meant for the one roll that switches TLS on")]
    public static partial void TlsPreferred(ILogger logger, string key);

    [LoggerMessage(20, LogLevel.Information, "Operator {Actor}: {Action} ended with {Status}")]
    public static partial void AdminCall(ILogger logger, string actor, string action, int status);

    [LoggerMessage(21, LogLevel.Warning, "A call of the operator's found a part of the server away")]
    public static partial void AdminUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(22, LogLevel.Error, "A call of the operator's failed")]
    public static partial void AdminFailed(ILogger logger, Exception exception);

    [LoggerMessage(23, LogLevel.Warning, "{Key} names nobody who is registered: 'messenger admin accounts create NAME' makes an account")]
    public static partial void NoSuchAccount(ILogger logger, string key);

    [LoggerMessage(27, LogLevel.Warning, "Migration {Change}")]
    public static partial void DataMigrated(ILogger logger, string change);

    [LoggerMessage(28, LogLevel.Error, "{Key} is not the key that credentials of this store were sealed with: applications cannot be told their uuid, and PINs of registration locks do not fit, until the right key is given; 'messenger admin credential-key accept' if it is lost for good")]
    public static partial void WrongCredentialKey(ILogger logger, string key);

    [LoggerMessage(24, LogLevel.Warning, "The operator drains this process: its connections are closed, and it takes no new ones until it is resumed")]
    public static partial void DrainedByOperator(ILogger logger);

    [LoggerMessage(25, LogLevel.Warning, "The operator lets this process take connections again")]
    public static partial void ResumedByOperator(ILogger logger);

    [LoggerMessage(26, LogLevel.Warning, "Figures of the last minute could not be added to those of the day: the store is away")]
    public static partial void FiguresLost(ILogger logger);
}
