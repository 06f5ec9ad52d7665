using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>Where the cluster's store is.</summary>
/// <param name="ConnectionString">Npgsql's form; what it leaves out of limits is filled in.</param>
public sealed record PostgresOptions(string ConnectionString)
{
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
    private const string ByKey =
        "-c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off -c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan";

    /// <summary>For Orleans' grain storage, invariant <c>Npgsql</c>: with the same time limits.</summary>
    public string GrainStateConnectionString => Limits("messenger-state").ToString();

    /// <summary>For reads, and for writes that are not the log's: a pool.</summary>
    internal string Pooled
    {
        get
        {
            var limits = Limits("messenger");
            limits.MaxAutoPrepare = PreparedStatements;
            limits.Options = $"{limits.Options} {ByKey}".TrimStart();
            return limits.ToString();
        }
    }

    /// <summary>For the log: one connection of its own, whose statements stay prepared.</summary>
    internal string Writer
    {
        get
        {
            var limits = Limits("messenger-log");
            limits.Pooling = false;
            limits.Timeout = ConnectSeconds;
            limits.MaxAutoPrepare = PreparedStatements;
            limits.AutoPrepareMinUsages = 2;
            return limits.ToString();
        }
    }

    /// <summary>For a few statements before the server runs: one connection, closed after them.</summary>
    internal string Single(string name)
    {
        var limits = Limits(name);
        limits.Pooling = false;
        return limits.ToString();
    }

    private NpgsqlConnectionStringBuilder Limits(string name)
    {
        // Of a key that is there twice, the later counts.
        var limits = new NpgsqlConnectionStringBuilder(
            $"Maximum Pool Size={PoolSize};Keepalive={KeepAliveSeconds};Tcp Keepalive=true;Tcp Keepalive Time={KeepAliveSeconds};Tcp Keepalive Interval={ProbeSeconds};"
            + $"Connection Idle Lifetime={IdleSeconds};{ConnectionString}")
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

        return limits;
    }
}
