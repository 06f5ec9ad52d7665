using Messenger.Contracts;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace Messenger.Grains.Devices;

/// <summary>The lease service of this silo.</summary>
[Reentrant]
internal sealed class DeviceLeases(GrainId id, Silo silo, ILoggerFactory loggers, LeaseRegistry registry, TimeProvider timeProvider)
    : GrainService(id, silo, loggers), IDeviceLeases
{
    public Task<LeaseReport> Renew(SiloAddress gateway, Immutable<LeaseClaim[]> claims) =>
        Task.FromResult(registry.Renew(gateway, claims.Value, timeProvider.GetTimestamp()));
}

internal sealed class DeviceLeasesClient(IServiceProvider services) : GrainServiceClient<IDeviceLeases>(services), IDeviceLeasesClient
{
    public IDeviceLeases On(SiloAddress host) => GetGrainService(host);
}
