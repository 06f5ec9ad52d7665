using System.Diagnostics;
using Messenger.Host.Configuration;
using Messenger.Providers.Postgres;
using Npgsql;
using StackExchange.Redis;

namespace Messenger.Host.Starting;

/// <summary>Waits for the stores of a cluster, which may be starting at the same time.</summary>
internal static class StoreConnectivity
{
    /// <summary>Longer than a database's restart, shorter than an orchestrator's patience.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Seconds of one attempt.</summary>
    private const int Attempt = 3;

    /// <exception cref="StartRefusedException">It did not answer in time, or refuses this user.</exception>
    public static async Task Postgres(PostgresOptions options)
    {
        var limits = new NpgsqlConnectionStringBuilder(options.Attempt(pooled: false, Attempt));
        var where = Where(limits);
        await Wait("PostgreSQL", where, ConfigKeys.Postgres, async () =>
        {
            try
            {
                await using var connection = new NpgsqlConnection(limits.ToString());
                await connection.OpenAsync();
                return null;
            }
            catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.InvalidPassword
                or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName)
            {
                throw new StartRefusedException($"{ConfigKeys.Postgres.Name}: PostgreSQL refuses it: {fault.MessageText}.", fault);
            }
            catch (Exception fault) when (Untrusted(fault))
            {
                throw Distrust("PostgreSQL", where, "Root Certificate in the connection string, or SSL_CERT_FILE", fault);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                return fault;
            }
        });
    }

    /// <summary>
    /// The way that requests will take, with their connections' own parameters: a pooler that refuses those, or shares connections otherwise than it was said, would
    /// be found by the first request.
    /// </summary>
    /// <exception cref="StartRefusedException">It is one, with the key that says so.</exception>
    public static async Task Pooled(PostgresOptions options)
    {
        var limits = new NpgsqlConnectionStringBuilder(options.Attempt(pooled: true, Attempt)) { MaxAutoPrepare = 0 };
        var where = Where(limits);
        await Wait("PostgreSQL", where, ConfigKeys.Postgres, async () =>
        {
            try
            {
                await using var one = new NpgsqlConnection(limits.ToString());
                await one.OpenAsync();
                var first = await Backend(one);
                await using var other = new NpgsqlConnection(limits.ToString());
                await other.OpenAsync();

                // Two clients at the same backend while both are connected: only who shares by transaction does that.
                if (options.Pooler != Pooler.Transaction && await Backend(other) == first)
                {
                    throw new StartRefusedException(
                        $"Before PostgreSQL at {where} is a pooler that shares connections by transaction: set {StoreKeys.PostgresPooler.Name}={StoreKeys.TransactionPooler}, give {StoreKeys.PostgresDirect.Name} past it, and run 'Messenger.Host migrate' once more.");
                }

                return null;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.ProtocolViolation && options.Pooler == Pooler.None)
            {
                throw new StartRefusedException(
                    $"A pooler before PostgreSQL at {where} takes no start-up options: set {StoreKeys.PostgresPooler.Name} to how it shares connections ({StoreKeys.SessionPooler} or {StoreKeys.TransactionPooler}), and run 'Messenger.Host migrate' once more.", fault);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                return fault;
            }
        });
    }

    /// <inheritdoc cref="Postgres"/>
    public static async Task Redis(RedisSettings redis)
    {
        var limits = redis.New();
        limits.AbortOnConnectFail = true;
        limits.ConnectTimeout = Attempt * 1000;
        limits.ConnectRetry = 0;
        var where = string.Join(", ", limits.EndPoints.Select(Shown));
        await Wait("Redis", where, ConfigKeys.Redis, async () =>
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync(limits);
                await connection.GetDatabase().PingAsync();
                return null;
            }
            catch (RedisException fault) when (Untrusted(fault))
            {
                throw Distrust("Redis", where, "SSL_CERT_FILE", fault);
            }
            catch (RedisConnectionException fault) when (fault.FailureType == ConnectionFailureType.AuthenticationFailure)
            {
                throw new StartRefusedException($"{ConfigKeys.Redis.Name}: Redis refuses this user or password.", fault);
            }
            catch (Exception fault) when (fault is RedisException or TimeoutException)
            {
                return fault;
            }
        });
    }

    /// <summary>Whether the other's certificate was refused by this end; the library takes it for a refused password.</summary>
    private static bool Untrusted(Exception fault)
    {
        for (var next = fault; next is not null; next = next.InnerException)
        {
            if (next is System.Security.Authentication.AuthenticationException && next.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static StartRefusedException Distrust(string store, string where, string by, Exception fault) => new(
        $"{store} at {where} has a certificate that this machine does not trust: name its authority by {by}, or the host by the name that is in it.", fault);

    private static async Task Wait(string store, string where, ConfigKey key, Func<Task<Exception?>> attempt)
    {
        var started = Stopwatch.GetTimestamp();
        while (await attempt() is { } fault)
        {
            if (Stopwatch.GetElapsedTime(started) > RequestTimeout)
            {
                throw new StartRefusedException(
                    $"{store} at {where} did not answer within {RequestTimeout.TotalSeconds:0} s: is it running, and is {key.Name} right?", fault);
            }

            await Task.Delay(Pause);
        }
    }

    private static async Task<int> Backend(NpgsqlConnection connection)
    {
        await using var ask = new NpgsqlCommand("select pg_backend_pid()", connection);
        return (int)(await ask.ExecuteScalarAsync())!;
    }

    /// <summary>Hosts and ports, which were recognised as such before.</summary>
    private static string Where(NpgsqlConnectionStringBuilder limits) =>
        string.Join(", ", limits.Host!.Split(',').Select(host => ConnectionStrings.Name(host) == host.Trim() ? $"{host.Trim()}:{limits.Port}" : host.Trim()));

    private static string Shown(System.Net.EndPoint end) =>
        end is System.Net.DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : end.ToString() ?? "";
}
