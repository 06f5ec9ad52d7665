using System.Diagnostics;
using Messenger.Host.Configuration;
using Messenger.Providers.Postgres;
using StackExchange.Redis;

namespace Messenger.Host.Membership;

/// <summary>
/// Before a process joins a cluster: whether the cluster is its own, and whether the membership in Redis is all there. Redis may have lost it,
/// and whoever finds no members would found a second cluster over the same database.
/// </summary>
internal static class Joining
{
    /// <summary>Twice as long as the row of a process that died counts as living; members write lost rows again within seconds.</summary>
    private static readonly TimeSpan Timeout = 2 * PostgresIdentity.LivingFor;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="StartRefusedException">The cluster is another one's, or its living members are not in Redis.</exception>
    public static async Task<Joined> Enter(ClusterSettings cluster, ClusterIdentity identity)
    {
        var options = cluster.Redis.New();

        // A Redis that is away for a moment is waited for: only who joins or leaves needs it.
        options.AbortOnConnectFail = false;

        // Below the shortest time after which a network forgets a silent connection; what the operator gave counts.
        if (!cluster.Redis.KeepsAlive)
        {
            options.KeepAlive = ClusterConstants.KeepAliveSeconds;
        }

        var store = new MembershipStore(await ConnectionMultiplexer.ConnectAsync(options), identity.Cluster);
        try
        {
            var seal = ClusterSeal.Of(identity, cluster.Secret);
            await Compare(store, seal, identity.Cluster);
            await Settle(store, cluster.Postgres);
            await ContractCheck.Pass(cluster.Postgres);
            return new Joined(identity.Cluster, store, options, seal);
        }
        catch (RedisException fault)
        {
            await store.DisposeAsync();
            throw new StartRefusedException(
                $"{ConfigKeys.Redis.Name}: Redis takes no writes ({Kind(fault)}), so nobody can join a cluster: is it a replica, or out of memory?", fault);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private static async Task Compare(MembershipStore store, ClusterSeal own, string cluster)
    {
        var there = await store.Claim(own) ?? throw new StartRefusedException(
            $"Redis has a cluster '{cluster}' of a release that this one does not know: start that release, or give {ConfigKeys.ClusterId.Name} another name.");
        switch (own.From(there))
        {
            case Difference.Environment:
                throw new StartRefusedException(
                    $"Redis has a cluster '{cluster}' of the {there.Environment} environment, and this process is of {own.Environment}: they never join. Give {ConfigKeys.ClusterId.Name} another name, or use another Redis.");
            case Difference.Database:
                throw new StartRefusedException(
                    $"Redis has a cluster '{cluster}' of another database ({there.Id[..8]}, and this one is {own.Id[..8]}): give {ConfigKeys.ClusterId.Name} another name, or use another Redis. If that cluster is gone for good, delete the key {store.SealKey} in Redis.");
            case Difference.Secret:
                throw new StartRefusedException(
                    $"Redis has a cluster '{cluster}' whose {ConfigKeys.ClusterSecret.Name} is not the one given here{(own.Proof.Length == 0 ? ", which is none" : "")}: all processes of a cluster share it. To change it stop all of them and delete the key {store.SealKey} in Redis.");
            case Difference.Unproven:
                await store.Prove(there, own);
                return;
            default:
                return;
        }
    }

    /// <summary>Waits until a living member of this database is in the table, or none lives.</summary>
    private static async Task Settle(MembershipStore store, string postgres)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var living = await PostgresIdentity.Living(postgres);
            var rows = (await store.Rows()).Rows;
            if (living.Count == 0 || living.Any(name => Runtime(name) is { } silo && rows.ContainsKey(silo)))
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(started) > Timeout)
            {
                throw new StartRefusedException(
                    $"{living.Count} processes of this database live ({string.Join(", ", living.Take(3))}), and Redis knows none of them: it lost the membership, or {ConfigKeys.Redis.Name} or {ConfigKeys.ClusterId.Name} is not theirs. Nobody founds a second cluster beside them: see docs/runbooks/MessengerMembershipLost.md.");
            }

            await Console.Error.WriteLineAsync(
                $"Redis knows none of the {living.Count} processes of this database that live: waiting for them to write their rows again.");
            await Task.Delay(Pause);
        }
    }

    /// <summary>The name of a silo in the table, of its name in the database.</summary>
    private static string? Runtime(string name)
    {
        try
        {
            return Orleans.Runtime.SiloAddress.FromParsableString(name).ToString();
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Redis' own word for it, such as READONLY or OOM.</summary>
    internal static string Kind(Exception fault) => fault is RedisServerException ? fault.Message.Split(' ')[0] : fault.GetType().Name;
}

/// <summary>What a process that may join goes on with.</summary>
/// <param name="Cluster">What the cluster is called.</param>
internal sealed record Joined(string Cluster, MembershipStore Store, ConfigurationOptions Redis, ClusterSeal Seal);
