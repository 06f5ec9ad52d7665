using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>How a pooler before the server shares connections.</summary>
public enum Pooler
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>A client has one for as long as it is connected. It may not take start-up options.</summary>
    Session,

    /// <summary>A client has one for each transaction: nothing of a session outlives that, prepared statements among it.</summary>
    Transaction,
}

/// <summary>Where the cluster's store is: the one place that builds connections to it, so that each of them knows the rules.</summary>
/// <param name="ConnectionString">Npgsql's form; what it leaves out of limits is filled in.</param>
public sealed record PostgresOptions(string ConnectionString)
{
    /// <summary>The way past a pooler; null where it is the same.</summary>
    public string? Direct { get; init; }

    public Pooler Pooler { get; init; }

    /// <summary>How often a server that was no primary is asked again whether it is one: after a promotion nobody waits longer. Npgsql's own is 10 s.</summary>
    private const int RecheckSeconds = 1;

    /// <summary>A statement that takes longer has failed: callers give up after 10 s, and must hear of it before.</summary>
    private const int StatementSeconds = 5;

    /// <summary>A server that does not take the log's connection by then is away. Leaves room for one statement below the log's limit of 4 s.</summary>
    private const int ConnectSeconds = 2;

    /// <summary>
    /// Waiting for a turn at a pool: with the statement below the 10 s of the callers. When a worker has died its users come back within a second,
    /// and some ten thousand of them get their turn in this time.
    /// </summary>
    private const int TurnSeconds = 4;

    /// <summary>Statements a connection keeps prepared: more than there are. Planning over the partitions costs more than a small read.</summary>
    private const int PreparedStatements = 64;

    /// <summary>
    /// Connections of one pool unless the connection string says otherwise. A process has two pools and the log's connection: 33 at most, so
    /// that six processes fit into 200 and a storm of clients queues here, not as refusals of the server. Each serves about 1 000 small reads a second.
    /// </summary>
    internal const int PoolSize = 16;

    /// <summary>
    /// Seconds of silence after which a connection, pooled or the log's, is asked for a sign of life, by a statement and by TCP. Below a minute,
    /// after which the shortest address translations forget; what one forgot all the same (it restarted) is found and thrown away within this time and a
    /// statement's, before a request pays for it.
    /// </summary>
    internal const int KeepAliveSeconds = 15;

    /// <summary>Between two of TCP's probes that are not answered.</summary>
    private const int ProbeSeconds = 5;

    /// <summary>A pooled connection that nobody used for so long is closed: below the 4 minutes and the 350 s of the clouds' load balancers.</summary>
    private const int IdleSeconds = 180;

    /// <summary>Seconds for the statement that opens the writer's connection.</summary>
    internal const int OpenSeconds = 2;

    /// <summary>
    /// Every statement here fetches some rows by key. The planner cannot know how few an array of keys finds, and would now and then
    /// read the whole message table to join it; measured, a sync of 300 conversations took ten times as long.
    /// </summary>
    /// <remarks>For the same reason its plan is the same whatever the keys are. Left to itself the server plans a statement over partitions anew each time,
    /// because it guesses that plan cheaper: measured, planning was four fifths of the time of the look-up of a file.</remarks>
    internal static readonly IReadOnlyList<(string Name, string Value)> ByKey =
    [
        ("enable_hashjoin", "off"), ("enable_mergejoin", "off"), ("enable_material", "off"), ("enable_seqscan", "off"), ("jit", "off"),
        ("plan_cache_mode", "force_generic_plan"),
    ];

    /// <summary>For Orleans' grain storage, invariant <c>Npgsql</c>: with the same time limits. Parsing and planning cost three times what a read takes.</summary>
    public string GrainStateConnectionString
    {
        get
        {
            var limits = Limits("messenger-state", ConnectionString);
            limits.MaxAutoPrepare = AutoPrepared;
            return limits.ToString();
        }
    }

    /// <summary>For reads, and for writes that are not the log's: a pool.</summary>
    internal string Pooled
    {
        get
        {
            var limits = Limits("messenger", ConnectionString);
            limits.MaxAutoPrepare = AutoPrepared;
            if (Pooler == Pooler.None)
            {
                // Behind a pooler they stand on the role: see PostgresRole.
                limits.Options = $"{limits.Options} {string.Join(' ', ByKey.Select(setting => $"-c {setting.Name}={setting.Value}"))}".TrimStart();
            }

            return limits.ToString();
        }
    }

    /// <summary>A pooler that gives each transaction another connection knows no prepared statements.</summary>
    private int AutoPrepared => Pooler == Pooler.Transaction ? 0 : PreparedStatements;

    /// <summary>For the log: one connection of its own, whose statements stay prepared.</summary>
    internal string Writer
    {
        get
        {
            var limits = Limits("messenger-log", Direct ?? ConnectionString);
            limits.Pooling = false;
            limits.Timeout = ConnectSeconds;
            limits.MaxAutoPrepare = PreparedStatements;
            limits.AutoPrepareMinUsages = 2;
            return limits.ToString();
        }
    }

    /// <summary>For a few statements before the server runs, and for commands: one connection to the primary itself, closed after them.</summary>
    internal string Single(string name)
    {
        var limits = Limits(name, Direct ?? ConnectionString);
        limits.Pooling = false;
        return limits.ToString();
    }

    /// <summary>For a look at the start: as <see cref="Single"/>, or by the way and with the parameters of the pool.</summary>
    /// <param name="seconds">Of one attempt.</param>
    public string Attempt(bool pooled, int seconds)
    {
        var limits = new NpgsqlConnectionStringBuilder(pooled ? Pooled : Single("messenger-start")) { Pooling = false, Timeout = seconds };
        return limits.ToString();
    }

    private static NpgsqlConnectionStringBuilder Limits(string name, string given)
    {
        // Of a key that is there twice, the later counts. GSS encryption is for Kerberos alone; where it is only preferred, the library behind it asks DNS for
        // the server's name before a byte is sent: measured, a DNS that does not answer made a connection by address take more than 30 s.
        var limits = new NpgsqlConnectionStringBuilder(
            $"Maximum Pool Size={PoolSize};Keepalive={KeepAliveSeconds};Tcp Keepalive=true;Tcp Keepalive Time={KeepAliveSeconds};Tcp Keepalive Interval={ProbeSeconds};"
            + $"Connection Idle Lifetime={IdleSeconds};Host Recheck Seconds={RecheckSeconds};GSS Encryption Mode=Disable;{given}")
        {
            ApplicationName = name,
            Timeout = TurnSeconds,
            CommandTimeout = StatementSeconds,

            // Nothing here leaves a setting, a lock or a temporary table on a connection: nothing is to be reset before each use, which costs more than a small read.
            NoResetOnClose = true,

            // Do not wait for a server that did not answer to confirm that it stopped: break the connection.
            CancellationTimeout = -1,
        };
        if (limits.Host?.Contains(',', StringComparison.Ordinal) == true)
        {
            // Of several servers only the primary will do, for reads too: a replica may not have what was just acknowledged.
            limits.TargetSessionAttributes = "primary";
        }
        else
        {
            // A word of libpq's, which operators' URIs have with one host too; Npgsql takes it with several alone.
            limits.Remove("Target Session Attributes");
        }

        return limits;
    }
}
