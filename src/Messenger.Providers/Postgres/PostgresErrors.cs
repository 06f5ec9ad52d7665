using System.Net.Sockets;
using Npgsql;

namespace Messenger.Providers.Postgres;

/// <summary>What an exception says about the server.</summary>
internal static class PostgresErrors
{
    /// <summary>Raised by <c>log_commit</c>.</summary>
    public const string WriterFenced = "MSG01";

    /// <summary>Raised by <c>log_terms</c>.</summary>
    public const string TermPassed = "MSG02";

    /// <summary>The server is away or will not serve now: asking again later may help. Else the statement itself is wrong.</summary>
    public static bool IsAway(Exception exception) => exception switch
    {
        // Connections, a password that is just being changed, resources, locks and cancelled statements, an operator's stop, the system.
        PostgresException server => server.SqlState[..2] is "08" or "25" or "28" or "40" or "53" or "55" or "57" or "58",
        NpgsqlException or TimeoutException or SocketException or IOException => true,
        _ => false,
    };

    /// <summary>The connection is gone, which was found at its first use since: a server that was stopped, a failover, a network that forgot it. Not a time-out.</summary>
    public static bool IsBroken(Exception exception) => exception switch
    {
        PostgresException server => server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        NpgsqlException => exception.InnerException is IOException or SocketException,
        _ => false,
    };
}
