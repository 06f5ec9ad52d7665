using Messenger.Contracts;
using Messenger.Host.Configuration;
using Messenger.Host.Logging;
using Messenger.Ports;
using Orleans.Runtime;

namespace Messenger.Host.Membership;

/// <summary>Tells the database that this process lives, from when it joined: so that who finds an empty Redis knows that a cluster is there.</summary>
internal sealed class MemberLease(IClusterMembers members, ISiloStatusOracle silo, Settings settings, TimeProvider timeProvider, ILogger<MemberLease> logger)
    : BackgroundService
{
    /// <summary>Three of them may be missed (<see cref="Providers.Postgres.PostgresIdentity.LivingFor"/>).</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(4);

    /// <summary>The row grows old by itself: an end is not held up for it.</summary>
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var name = silo.SiloAddress.ToParsableString();
        using var period = new PeriodicTimer(Period, timeProvider);
        try
        {
            do
            {
                if (silo.CurrentStatus == SiloStatus.Active)
                {
                    await Renew(name);
                }
            }
            while (await period.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Leave(name);
        }
    }

    private async Task Renew(string name)
    {
        try
        {
            await members.Renew(name, settings.Silo.Role, ContractVersion.Current, ContractVersion.Oldest);
        }
        catch (StoreUnavailableException)
        {
            // The log's own check tells of it; without the database nobody can join either.
        }
    }

    private async Task Leave(string name)
    {
        try
        {
            await members.Leave(name).WaitAsync(LeaveLimit, timeProvider, CancellationToken.None);
        }
        catch (Exception fault) when (fault is StoreUnavailableException or TimeoutException)
        {
            Log.LeaseKept(logger);
        }
    }
}
