using System.Net;

namespace Messenger.Gateway.RateLimits;

/// <summary>Counts per address over a window: of IPv6 per /64, and per /48 with <see cref="AddressBucket.NetworksPerSite"/> times as many.</summary>
internal sealed class NetworkWindows(int most, TimeSpan over, int capacity, TimeProvider timeProvider)
{
    private readonly FixedWindows<IPAddress> _networks = new(most, over, capacity, timeProvider);
    private readonly FixedWindows<IPAddress> _sites = new(most * AddressBucket.NetworksPerSite, over, capacity, timeProvider);

    /// <summary>How many addresses are remembered.</summary>
    public int Count => _networks.Count;

    /// <summary>Counts one more; 0, or the seconds until there is room again, and then nothing was counted.</summary>
    public int Take(IPAddress address)
    {
        if (_networks.Take(AddressBucket.Of(address)) is > 0 and var wait)
        {
            return wait;
        }

        if (AddressBucket.Site(address) is { } site && _sites.Take(site) is > 0 and var longer)
        {
            _networks.GiveBack(AddressBucket.Of(address));
            return longer;
        }

        return 0;
    }

    /// <summary>As <see cref="Take"/>, and counts nothing.</summary>
    public int Wait(IPAddress address) =>
        Math.Max(_networks.Wait(AddressBucket.Of(address)), AddressBucket.Site(address) is { } site ? _sites.Wait(site) : 0);

    /// <summary>How many were counted in the window that stands; of a /48 as one of its networks has it.</summary>
    public int Taken(IPAddress address) => Math.Max(
        _networks.Taken(AddressBucket.Of(address)), AddressBucket.Site(address) is { } site ? _sites.Taken(site) / AddressBucket.NetworksPerSite : 0);
}
