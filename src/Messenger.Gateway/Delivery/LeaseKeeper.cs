using Messenger.Contracts;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Gateway.Delivery;

/// <summary>Renews the leases of all sessions, batched by the silo of their devices, and lets those catch up that lost a tail.</summary>
/// <param name="chance">What the jitter is drawn from; null: chance.</param>
public sealed class LeaseKeeper(
    Subscriptions sessions, IDeviceLeasesClient leases, TimeProvider timeProvider, ILogger<LeaseKeeper> logger, Random? chance = null)
{
    /// <summary>Between two rounds, give or take <see cref="Jitter"/>: a third of the lease.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>So that gateways that started together do not renew together.</summary>
    public static readonly TimeSpan Jitter = TimeSpan.FromSeconds(1);

    /// <summary>How long events that are on their way may take before they count as lost.</summary>
    public static readonly TimeSpan OnTheWay = TimeSpan.FromMilliseconds(500);

    /// <summary>Claims in one call: some 100 KB.</summary>
    private const int CallClaims = 4096;

    /// <summary>Devices asked one by one at a time, after a silo went or moved its devices.</summary>
    private const int Asking = 32;

    /// <summary>Renews until it is told to stop.</summary>
    internal async Task Run(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var jitter = ((chance ?? Random.Shared).NextDouble() - 0.5) * Jitter;
                await Task.Delay(Period + jitter, timeProvider, stopping);
                await Renew(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    /// <summary>One round.</summary>
    internal async Task Renew(CancellationToken stopping)
    {
        var byHost = new Dictionary<SiloAddress, List<LeaseClaim>>();
        foreach (var session in sessions.All)
        {
            if (session.Host is { } host && session.Claim() is { } claim)
            {
                (byHost.TryGetValue(host, out var claims) ? claims : byHost[host] = []).Add(claim);
            }
        }

        var behind = (await Task.WhenAll(byHost.Select(silo => Renew(silo.Key, silo.Value, stopping)))).SelectMany(late => late).ToList();
        if (behind.Count > 0)
        {
            await Task.Delay(OnTheWay, timeProvider, stopping);
            behind.ForEach(session => session.CatchUp());
        }
    }

    private async Task<List<Subscription>> Renew(SiloAddress host, List<LeaseClaim> claims, CancellationToken stopping)
    {
        var behind = new List<Subscription>();
        foreach (var chunk in claims.Chunk(CallClaims))
        {
            LeaseReport report;
            try
            {
                report = await leases.On(host).Renew(sessions.Gateway, new Immutable<LeaseClaim[]>(chunk));
            }
#pragma warning disable CA1031 // The silo is gone or slow: its devices live elsewhere by now, and are asked where.
            catch (Exception e)
#pragma warning restore CA1031
            {
                DeliveryLog.RenewalFailed(logger, host, chunk.Length, e.Message);
                report = new LeaseReport([], Array.ConvertAll(chunk, claim => claim.Session));
            }

            foreach (var different in report.Different)
            {
                if (sessions.Find(different.Session) is { } session && session.Leased(different.Epoch, different.Number))
                {
                    behind.Add(session);
                }
            }

            await Parallel.ForEachAsync(
                report.Unknown,
                new ParallelOptions { MaxDegreeOfParallelism = Asking, CancellationToken = stopping, TaskScheduler = TaskScheduler.Current },
                async (unknown, _) =>
                {
                    if (sessions.Find(unknown) is { } session && await Ask(session))
                    {
                        lock (behind)
                        {
                            behind.Add(session);
                        }
                    }
                });
        }

        return behind;
    }

    private async Task<bool> Ask(Subscription session)
    {
        try
        {
            return await session.Ask();
        }
#pragma warning disable CA1031 // Asked again in the next round.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DeliveryLog.AskFailed(logger, e.Message);
            return false;
        }
    }
}
