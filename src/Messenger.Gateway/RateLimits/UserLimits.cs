using System.Net;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.RateLimits;

/// <summary>What one user may do how often, whatever the connection; and how often an address may fail to log in. At this process.</summary>
/// <remarks>
/// Local: a user with connections to N gateways has N times as much, and a user has at most as many connections as applications. What
/// costs money or tells who is registered is counted in the cluster instead.
/// </remarks>
internal sealed class UserLimits(IOptions<GatewayOptions> options, TimeProvider timeProvider)
{
    /// <summary>Users remembered for each limit.</summary>
    private const int MaxUsers = 50_000;

    private const int MaxAddresses = 10_000;

    /// <summary>Passes that tell everything, of one user in an hour: fifty devices that are set up anew at once, and some retries.</summary>
    private const int PassesPerHour = 60;

    /// <summary>Credentials of relays that one user asks for in an hour: a call needs one for each side, and one is good for hours.</summary>
    private const int CallServersPerHour = 20;

    /// <summary>Links that one user claims in an hour: nobody sets up more devices, and nobody finds one of 2^122 by trying.</summary>
    private const int ClaimsPerHour = 60;

    /// <summary>Of one user: what everybody sends as urgent is urgent for nobody.</summary>
    private const int UrgentPerMinute = 6;

    /// <summary>What an urgent message counts.</summary>
    private const int UrgentCost = 10;

    /// <summary>A code may be guessed wrong five times.</summary>
    private const int TriesPerCode = 5;

    private readonly GatewayOptions _options = options.Value;
    private readonly FixedWindows<string> _messages = new(options.Value.MessagesPerMinute, TimeSpan.FromMinutes(1), MaxUsers, timeProvider);
    private readonly FixedWindows<string> _urgent = new(UrgentPerMinute, TimeSpan.FromMinutes(1), MaxUsers, timeProvider);
    private readonly FixedWindows<string> _creations = new(options.Value.CreationsPerHour, TimeSpan.FromHours(1), MaxUsers, timeProvider);
    private readonly FixedWindows<string> _additions = new(options.Value.AdditionsPerHour, TimeSpan.FromHours(1), MaxUsers, timeProvider);
    private readonly FixedWindows<string> _passes = new(PassesPerHour, TimeSpan.FromHours(1), MaxUsers, timeProvider);
    private readonly FixedWindows<string> _callServers = new(CallServersPerHour, TimeSpan.FromHours(1), MaxUsers, timeProvider);
    private readonly FixedWindows<string> _claims = new(ClaimsPerHour, TimeSpan.FromHours(1), MaxUsers, timeProvider);
    private readonly NetworkWindows _links = new(options.Value.RegistrationsPerAddress, options.Value.RegistrationWindow, MaxAddresses, timeProvider);
    private readonly NetworkWindows _failures = new(options.Value.FailedLoginsPerAddress, FailureWindow, MaxAddresses, timeProvider);

    private readonly FixedWindows<string> _userFailures = new(options.Value.FailedLoginsPerUser, FailureWindow, MaxUsers, timeProvider);
    private readonly NetworkWindows _confirmations =
        new(options.Value.RegistrationsPerAddress * TriesPerCode, options.Value.RegistrationWindow, MaxAddresses, timeProvider);

    private static TimeSpan FailureWindow => TimeSpan.FromMinutes(10);

    /// <summary>Whether anything is limited.</summary>
    public bool IsEnabled => _options.LimitsEnabled;

    /// <summary>Counts one more request of this user; the refusal when it is one too many of its kind.</summary>
    public Error? Refuse(string userId, IRequest request)
    {
        if (!_options.LimitsEnabled)
        {
            return null;
        }

        return request switch
        {
            RequestAddMessage => Of(_messages.Take(userId), "too many messages"),

            // These two tell whether somebody is registered: besides what they do, they are limited for that.
            RequestCreateConversationFull => Of(_creations.Take(userId), "too many new conversations"),
            RequestAddMember or RequestAddAdmin => Of(_additions.Take(userId), "too many people added"),

            // What a pass that tells everything costs grows with all that a user has; one that goes on costs what changed.
            RequestSync { Token: null } => Of(_passes.Take(userId), "too many passes from the beginning"),
            RequestGetCallServers => Of(_callServers.Take(userId), "too many requests for call servers"),
            RequestClaimLink => Of(_claims.Take(userId), "too many links"),
            _ => null,
        };
    }

    /// <summary>Whether this address, or whoever tries to be this user, failed to log in too often: a right credential is found in a narrow queue then.</summary>
    public bool IsSuspect(IPAddress? address, string userId) =>
        _options.LimitsEnabled && (_userFailures.Wait(userId) > 0 || (address is not null && _failures.Wait(address) > 0));

    /// <summary>Whether this address failed to log in a tenth as often.</summary>
    public bool IsWary(IPAddress? address) => _options.LimitsEnabled && address is not null && _failures.Taken(address) * 10 >= _options.FailedLoginsPerAddress;

    /// <summary>The message as it is sent: one urgent message too many is a normal one.</summary>
    public RequestAddMessage Urged(string userId, RequestAddMessage request) =>
        request.Kind == MessageKinds.Urgent && _options.LimitsEnabled && _urgent.Take(userId) > 0 ? request with { Kind = MessageKinds.Normal } : request;

    /// <summary>What an urgent message costs besides what every message does.</summary>
    public void ChargeUrgent(string userId)
    {
        for (var more = 1; _options.LimitsEnabled && more < UrgentCost; more++)
        {
            _messages.Take(userId);
        }
    }

    /// <summary>It repeated one that is stored: it does not count.</summary>
    public void GiveBackMessage(string userId) => _messages.GiveBack(userId);

    /// <summary>What is told of a login that came out so: who was wrong is counted, and told of the limit past it. Others' failures refuse nobody.</summary>
    public Error? AfterLogin(Error? error, IPAddress? address, string userId)
    {
        if (error?.Status != Statuses.Unauthenticated || !_options.LimitsEnabled)
        {
            return error;
        }

        var here = address is null ? 0 : _failures.Take(address);
        var user = _userFailures.Take(userId);
        return Of(here, "too many failed logins from this address") ?? Of(user, "too many failed logins of this user") ?? error;
    }

    /// <summary>Counts one more confirmation of an address; the refusal when it is one too many. Each wakes an actor, whether its phone is known or not.</summary>
    public Error? RefuseConfirmation(IPAddress? address) =>
        !_options.LimitsEnabled || address is null ? null : Of(_confirmations.Take(address), "too many confirmations from this address");

    /// <summary>Counts one more link of an address, as many as it may register applications; the refusal when it is one too many.</summary>
    public Error? RefuseLink(IPAddress? address) =>
        !_options.LimitsEnabled || address is null ? null : Of(_links.Take(address), "too many links from this address");

    private static Error? Of(int wait, string what) => wait == 0 ? null : Error.TooManyRequests(what, wait);
}
