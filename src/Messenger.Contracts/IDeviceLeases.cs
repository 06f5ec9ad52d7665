using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Services;

namespace Messenger.Contracts;

/// <summary>Renews the leases of many connections of one gateway, on the silo that hosts their devices.</summary>
/// <remarks>Answers from the silo's memory and wakes no grain: 100 000 sessions cost some 20 000 look-ups a second.</remarks>
public interface IDeviceLeases : IGrainService
{
    [ResponseTimeout("00:00:05")]
    Task<LeaseReport> Renew(SiloAddress gateway, Immutable<LeaseClaim[]> claims);
}

/// <summary>Reaches the lease service of a silo.</summary>
public interface IDeviceLeasesClient
{
    IDeviceLeases On(SiloAddress host);
}

/// <summary>A session says: I am alive, in this epoch, and have everything up to this number.</summary>
[GenerateSerializer, Immutable]
public readonly record struct LeaseClaim(long Session, long Epoch, long Number);

/// <summary>What differs from the claims; a session that is not named here is held and has everything.</summary>
/// <param name="Different">Held, but of another epoch or with a higher number.</param>
/// <param name="Unknown">Not here: displaced, or its device lives elsewhere by now. Ask <see cref="IDeviceGrain.Renew"/>.</param>
[GenerateSerializer, Immutable]
public sealed record LeaseReport(LeaseClaim[] Different, long[] Unknown);
