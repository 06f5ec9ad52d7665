using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace Messenger.Grains.Devices;

/// <summary>The lease service of this silo.</summary>
[Reentrant]
internal sealed class DeviceLeases(GrainId id, Silo silo, ILoggerFactory loggers, LeaseRegistry registry, TimeProvider time)
    : GrainService(id, silo, loggers), IDeviceLeases
{
    public Task<LeaseReport> Renew(SiloAddress gateway, Immutable<LeaseClaim[]> claims)
    {
        List<LeaseClaim>? different = null;
        List<long>? unknown = null;
        var now = time.GetTimestamp();
        foreach (var claim in claims.Value)
        {
            if (registry.Find(gateway, claim.Session) is not { } slot)
            {
                (unknown ??= []).Add(claim.Session);
                continue;
            }

            var number = slot.Number;
            slot.Renew(slot.Epoch == claim.Epoch ? claim.Number : 0, now);
            if (slot.Epoch != claim.Epoch || number > claim.Number)
            {
                (different ??= []).Add(new LeaseClaim(claim.Session, slot.Epoch, number));
            }
        }

        return Task.FromResult(different is null && unknown is null ? Nothing : new LeaseReport([.. different ?? []], [.. unknown ?? []]));
    }

    private static readonly LeaseReport Nothing = new([], []);
}

internal sealed class DeviceLeasesClient(IServiceProvider services) : GrainServiceClient<IDeviceLeases>(services), IDeviceLeasesClient
{
    public IDeviceLeases On(SiloAddress host) => GetGrainService(host);
}
