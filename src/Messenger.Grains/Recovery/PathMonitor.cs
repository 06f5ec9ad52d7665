using Messenger.Contracts.Placement;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Services;
using Orleans.Services;

namespace Messenger.Grains.Recovery;

/// <summary>Answers, on every silo.</summary>
internal interface IPathProbe : IGrainService
{
    /// <summary>Completes when the call and its answer got through.</summary>
    [ResponseTimeout("00:00:02")]
    Task Probe();
}

/// <inheritdoc cref="IPathProbe"/>
internal sealed class PathProbe(GrainId id, Silo silo, ILoggerFactory loggers) : GrainService(id, silo, loggers), IPathProbe
{
    public Task Probe() => Task.CompletedTask;
}

/// <summary>Reaches the probe of a silo.</summary>
internal sealed class PathProbeClient(IServiceProvider services) : GrainServiceClient<IPathProbe>(services)
{
    public Task Probe(SiloAddress silo) => GetGrainService(silo).Probe();
}

/// <summary>
/// Finds paths between two silos that are cut, in one direction or both, while everybody else reaches both of them: membership declares nobody dead for
/// that, and whoever needs that path waits as long as it lasts. One end is declared dead (<see cref="PathHealth"/>).
/// </summary>
/// <param name="probe">Fails where the call or its answer did not get through in time.</param>
internal sealed class PathMonitor(
    IClusterMembershipService membership, ISiloMetadataCache metadata, ILocalSiloDetails self, Func<SiloAddress, Task> probe, TimeProvider timeProvider,
    ILogger<PathMonitor> logger) : BackgroundService
{
    /// <summary>Between two calls to one silo; they cost some microseconds each.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>A round waits two seconds for its calls. One that took longer than this was held up by this process itself.</summary>
    internal static readonly TimeSpan Late = TimeSpan.FromSeconds(3.5);

    private readonly PathHealth _health = new(self.SiloAddress);
    private readonly long _start = timeProvider.GetTimestamp();

    private TimeSpan Now => timeProvider.GetElapsedTime(_start);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Period, timeProvider, stoppingToken);
                await Round();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Who leaves judges nobody.
        }
    }

    /// <summary>One call to each of the others, and what follows from it.</summary>
    internal async Task Round()
    {
        var members = membership.CurrentSnapshot;
        if (members.GetSiloStatus(self.SiloAddress) != SiloStatus.Active)
        {
            _health.Forget();
            return;
        }

        var others = members.Members.Values
            .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(self.SiloAddress))
            .ToDictionary(member => member.SiloAddress, member => SiloRoleDirector.Has(metadata, member.SiloAddress, SiloRoles.Worker));
        var began = Now;
        var outcomes = await Task.WhenAll(others.Keys.Select(async peer => (Peer: peer, Answered: await Answers(peer))));
        if (Now - began > Late)
        {
            _health.Forget();
            return;
        }

        foreach (var (peer, answered) in outcomes)
        {
            if (answered)
            {
                _health.Answered(peer);
            }
            else
            {
                _health.Missed(peer, began);
            }
        }

        foreach (var victim in _health.Victims(others, SiloRoleDirector.Has(metadata, self.SiloAddress, SiloRoles.Worker), Now))
        {
            await Declare(victim);
        }
    }

    private async Task<bool> Answers(SiloAddress peer)
    {
        try
        {
            await probe(peer);
            return true;
        }
#pragma warning disable CA1031 // Whatever it was, there was no answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private async Task Declare(SiloAddress victim)
    {
        Log.PathCut(logger, victim);
        try
        {
            await membership.TryKill(victim);
        }
#pragma warning disable CA1031 // The table is away: the next round tries again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.PathCutNotDeclared(logger, victim, fault.GetType().Name);
        }
    }
}
