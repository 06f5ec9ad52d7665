using System.Net;

namespace Messenger.Gateway.RateLimits;

/// <summary>How many connections each address has at this process; of IPv6 each /64, and each /48 too.</summary>
internal sealed class AddressCounts
{
    private readonly Dictionary<(IPAddress Network, bool IsSite), int> _counts = [];

    /// <summary>Counts one more, unless it is one too many. Who got true calls <see cref="Leave"/> once.</summary>
    public bool TryEnter(IPAddress? address, int most)
    {
        var (network, site) = Keys(address);
        lock (_counts)
        {
            if (_counts.GetValueOrDefault(network) >= most
                || (site is { } wide && _counts.GetValueOrDefault(wide) >= (long)most * AddressBucket.NetworksPerSite))
            {
                return false;
            }

            Add(network, 1);
            if (site is { } counted)
            {
                Add(counted, 1);
            }

            return true;
        }
    }

    public void Leave(IPAddress? address)
    {
        var (network, site) = Keys(address);
        lock (_counts)
        {
            Add(network, -1);
            if (site is { } counted)
            {
                Add(counted, -1);
            }
        }
    }

    private void Add((IPAddress, bool) key, int more)
    {
        var count = _counts.GetValueOrDefault(key) + more;
        if (count == 0)
        {
            _counts.Remove(key);
        }
        else
        {
            _counts[key] = count;
        }
    }

    private static ((IPAddress, bool) Network, (IPAddress, bool)? Site) Keys(IPAddress? address) => address is null
        ? ((IPAddress.None, false), null)
        : ((AddressBucket.Of(address), false), AddressBucket.Site(address) is { } site ? (site, true) : null);
}
