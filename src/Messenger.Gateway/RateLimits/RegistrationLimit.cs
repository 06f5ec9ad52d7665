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

    private readonly GatewayOptions _options = options.Value;
    private readonly FixedWindows<IPAddress> _here = new(options.Value.RegistrationsPerAddress, options.Value.RegistrationWindow, MaxAddresses, timeProvider);

    /// <summary>How many addresses are remembered.</summary>
    public int Count => _here.Count;

    /// <summary>Counts one more request from this address; the refusal when it is one too many. Throws when the cluster's count is away: no SMS then.</summary>
    public async Task<Error?> Refuse(IPAddress? address)
    {
        if (!_options.LimitsEnabled || address is null)
        {
            return null;
        }

        var network = AddressBucket.Of(address);
        var wait = _here.Take(network);
        if (wait == 0)
        {
            wait = await grains.GetGrain<IQuotaGrain>(QuotaKeys.Address(network.ToString()))
                .Take(_options.RegistrationsPerAddress, _options.RegistrationWindow);
        }

        return wait == 0 ? null : Error.TooManyRequests("too many registrations from this address", wait);
    }
}
