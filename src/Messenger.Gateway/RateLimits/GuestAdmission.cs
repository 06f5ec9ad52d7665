using System.Net;
using Messenger.Contracts;
using Messenger.Protocol;
using Microsoft.Extensions.Options;
using Orleans;

namespace Messenger.Gateway.RateLimits;

/// <summary>Who may be looked at before anybody knows who it is: logins by WebSocket and HTTP, and confirmations.</summary>
/// <remarks>
/// A credential that is right is never refused because of others' failures: where an address or a user has failed too often it is looked at in
/// its turn of a narrow queue. Only who is wrong is told of the limit.
/// </remarks>
internal sealed class GuestAdmission(UserLimits limits, IGrainFactory grains, FailureLog failures, IOptions<GatewayOptions> options, TimeProvider timeProvider)
{
    private const string Kind = "too many at the door";

    private readonly AdmissionQueue _usual = new(options.Value.GuestConcurrency, options.Value.GuestQueue, options.Value.GuestTimeout, timeProvider);
    private readonly AdmissionQueue _suspect = new(options.Value.SuspectConcurrency, options.Value.GuestQueue, options.Value.GuestTimeout, timeProvider);

    /// <summary>A place, to be disposed of when its work has ended; or a refusal that says when to come back.</summary>
    public async ValueTask<(AdmissionQueue.Place? Place, Error? Error)> Enter(IPAddress? address, string userId)
    {
        var queue = limits.IsSuspect(address, userId) ? _suspect : _usual;
        if (await queue.Enter(address) is { } place)
        {
            return (place, null);
        }

        failures.Shed(Kind);
        return (null, Error.Unavailable("too many log in just now", queue.Pause()));
    }

    /// <summary>
    /// That a user is certainly not there, asked where this address failed before: whoever logs in as people who do not exist wakes none of their actors.
    /// A first few are not looked up, so that nobody else's login costs a read more.
    /// </summary>
    public async ValueTask<bool> Lacks(IPAddress? address, string userId) => limits.IsWary(address) && await Absence.LacksUser(userId);

    /// <summary>When what is looked at now came.</summary>
    public long Came() => timeProvider.GetTimestamp();

    /// <summary>Before a refusal is told: how long it took would tell who is registered. Holds no place meanwhile.</summary>
    public Task Level(long came) =>
        options.Value.RefusedLoginAfter - timeProvider.GetElapsedTime(came) is { Ticks: > 0 } left ? Task.Delay(left, timeProvider) : Task.CompletedTask;

    /// <summary>That a phone certainly waits for no code. Confirmations are few, and each wrong one would wake an actor.</summary>
    public Task<bool> LacksPhone(string userId) => Absence.LacksPhone(userId);

    private IAbsenceGrain Absence => grains.GetGrain<IAbsenceGrain>(0);

    /// <summary>Once a second.</summary>
    public void Sweep()
    {
        _usual.Sweep();
        _suspect.Sweep();
    }
}
