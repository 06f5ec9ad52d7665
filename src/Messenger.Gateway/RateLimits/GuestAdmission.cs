using System.Net;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.RateLimits;

/// <summary>Who may be looked at before anybody knows who it is: logins by WebSocket and HTTP, and confirmations.</summary>
/// <remarks>
/// A credential that is right is never refused because of others' failures: where an address or a user has failed too often it is looked at in
/// its turn of a narrow queue. Only who is wrong is told of the limit.
/// </remarks>
internal sealed class GuestAdmission(UserLimits limits, FailureLog failures, IOptions<GatewayOptions> options, TimeProvider time)
{
    private const string Kind = "too many at the door";

    private readonly AdmissionQueue usual = new(options.Value.GuestConcurrency, options.Value.GuestQueue, options.Value.GuestPatience, time);
    private readonly AdmissionQueue suspect = new(options.Value.SuspectConcurrency, options.Value.GuestQueue, options.Value.GuestPatience, time);

    /// <summary>A place, to be disposed of when its work has ended; or a refusal that says when to come back.</summary>
    public async ValueTask<(AdmissionQueue.Place? Place, Refused? Refusal)> Enter(IPAddress? address, string userId)
    {
        var queue = limits.IsSuspect(address, userId) ? suspect : usual;
        if (await queue.Enter(address) is { } place)
        {
            return (place, null);
        }

        failures.Shed(Kind);
        return (null, Refused.Unavailable("too many log in just now", queue.Pause()));
    }

    /// <summary>Once a second.</summary>
    public void Sweep()
    {
        usual.Sweep();
        suspect.Sweep();
    }
}
