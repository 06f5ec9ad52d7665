using System.Net;
using Messenger.Contracts;
using Messenger.Protocol;
using Microsoft.Extensions.Options;
using Orleans;

namespace Messenger.Gateway.RateLimits;

/// <summary>
/// How many codes by SMS one address may ask for: against going through phone numbers at our expense. Counted here first, so that a flood
/// costs the cluster nothing, then in the cluster, so that asking every gateway in turn gains nothing.
/// </summary>
internal sealed class RegistrationLimit(IOptions<GatewayOptions> options, TimeProvider timeProvider, IGrainFactory grains)
{
    /// <summary>Addresses remembered; some 100 bytes each.</summary>
    public const int MaxAddresses = 10_000;

    /// <summary>
    /// Registrations of a day past which a network's are taken from half of the budget alone: a household with new phones and some retries has fewer.
    /// An office or a carrier has more, and is refused for it only while others are spending an hour's SMS.
    /// </summary>
    private const int FewPerDay = 3;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly GatewayOptions _options = options.Value;
    private readonly NetworkWindows _here = new(options.Value.RegistrationsPerAddress, options.Value.RegistrationWindow, MaxAddresses, timeProvider);

    /// <summary>How many addresses are remembered.</summary>
    public int Count => _here.Count;

    /// <summary>
    /// Counts one more request from this address; the refusal when it is one too many, else what its phone's actor is told of it. Throws when the
    /// cluster's count is away: no SMS then.
    /// </summary>
    public async Task<(Error? Error, RegistrationOrigin Origin)> Take(IPAddress? address)
    {
        if (!_options.LimitsEnabled || address is null)
        {
            return (null, new RegistrationOrigin(address?.ToString(), Frequent: false));
        }

        var (network, site) = (AddressBucket.Of(address), AddressBucket.Site(address));
        var wait = _here.Take(address);
        if (wait == 0 && site is not null)
        {
            wait = await InCluster(QuotaKeys.Address($"{site}/48"), _options.RegistrationsPerAddress * AddressBucket.NetworksPerSite, _options.RegistrationWindow);
        }

        if (wait == 0)
        {
            wait = await InCluster(QuotaKeys.Address(network.ToString()), _options.RegistrationsPerAddress, _options.RegistrationWindow);
        }

        return wait > 0
            ? (Error.TooManyRequests("too many registrations from this address", wait), RegistrationOrigin.Unknown)
            : (null, new RegistrationOrigin(address.ToString(), await InCluster(QuotaKeys.Day((site ?? network).ToString()), FewPerDay, Day) > 0));
    }

    private Task<int> InCluster(string key, int most, TimeSpan over) => grains.GetGrain<IQuotaGrain>(key).Take(most, over);
}
