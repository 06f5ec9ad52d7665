using System.Net;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.RateLimits;

/// <summary>What one user may do how often, whatever the connection; and how often an address may fail to log in. At this process.</summary>
/// <remarks>
/// Local: a user with connections to N gateways has N times as much, and a user has at most as many connections as applications. What
/// costs money or tells who is registered is counted in the cluster instead.
/// </remarks>
internal sealed class UserLimits(IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Users remembered for each limit.</summary>
    private const int MaxUsers = 50_000;

    private const int MaxAddresses = 10_000;

    /// <summary>A code may be guessed wrong five times.</summary>
    private const int TriesPerCode = 5;

    private readonly GatewayOptions options = options.Value;
    private readonly Windows<string> messages = new(options.Value.MessagesPerMinute, TimeSpan.FromMinutes(1), MaxUsers, time);
    private readonly Windows<string> creations = new(options.Value.CreationsPerHour, TimeSpan.FromHours(1), MaxUsers, time);
    private readonly Windows<string> additions = new(options.Value.AdditionsPerHour, TimeSpan.FromHours(1), MaxUsers, time);
    private readonly Windows<IPAddress> failures = new(options.Value.FailedLoginsPerAddress, FailureWindow, MaxAddresses, time);

    private readonly Windows<string> userFailures = new(options.Value.FailedLoginsPerUser, FailureWindow, MaxUsers, time);
    private readonly Windows<IPAddress> confirmations =
        new(options.Value.RegistrationsPerAddress * TriesPerCode, options.Value.RegistrationWindow, MaxAddresses, time);

    private static TimeSpan FailureWindow => TimeSpan.FromMinutes(10);

    /// <summary>Counts one more request of this user; the refusal when it is one too many of its kind.</summary>
    public Refused? Refuse(string userId, IRequest request)
    {
        if (!options.LimitsEnabled)
        {
            return null;
        }

        return request switch
        {
            RequestAddMessage => Of(messages.Take(userId), "too many messages"),

            // These two tell whether somebody is registered: besides what they do, they are limited for that.
            RequestCreateConversationFull => Of(creations.Take(userId), "too many new conversations"),
            RequestAddMember or RequestAddAdmin => Of(additions.Take(userId), "too many people added"),
            _ => null,
        };
    }

    /// <summary>Whether this address, or whoever tries to be this user, failed to log in too often: a right credential is found in a narrow queue then.</summary>
    public bool IsSuspect(IPAddress? address, string userId) =>
        options.LimitsEnabled && (userFailures.Wait(userId) > 0 || (address is not null && failures.Wait(Networks.Of(address)) > 0));

    /// <summary>Whether this address failed to log in a tenth as often.</summary>
    public bool IsWary(IPAddress? address) => options.LimitsEnabled && address is not null && failures.Taken(Networks.Of(address)) * 10 >= options.FailedLoginsPerAddress;

    /// <summary>It repeated one that is stored: it does not count.</summary>
    public void GiveBackMessage(string userId) => messages.GiveBack(userId);

    /// <summary>What is told of a login that came out so: who was wrong is counted, and told of the limit past it. Others' failures refuse nobody.</summary>
    public Refused? AfterLogin(Refused? refusal, IPAddress? address, string userId)
    {
        if (refusal?.Status != Statuses.Unauthenticated || !options.LimitsEnabled)
        {
            return refusal;
        }

        var here = address is null ? 0 : failures.Take(Networks.Of(address));
        var user = userFailures.Take(userId);
        return Of(here, "too many failed logins from this address") ?? Of(user, "too many failed logins of this user") ?? refusal;
    }

    /// <summary>Counts one more confirmation of an address; the refusal when it is one too many. Each wakes an actor, whether its phone is known or not.</summary>
    public Refused? RefuseConfirmation(IPAddress? address) =>
        !options.LimitsEnabled || address is null ? null : Of(confirmations.Take(Networks.Of(address)), "too many confirmations from this address");

    private static Refused? Of(int wait, string what) => wait == 0 ? null : Refused.TooManyRequests(what, wait);
}
