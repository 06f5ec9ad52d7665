using System.Net;

namespace Messenger.Gateway.RateLimits;

/// <summary>How many connections each address has at this process.</summary>
internal sealed class AddressCounts
{
    private readonly Dictionary<IPAddress, int> _counts = [];

    /// <summary>Counts one more, unless it is one too many. Who got true calls <see cref="Leave"/> once.</summary>
    public bool TryEnter(IPAddress? address, int most)
    {
        var key = Key(address);
        lock (_counts)
        {
            var count = _counts.GetValueOrDefault(key);
            if (count >= most)
            {
                return false;
            }

            _counts[key] = count + 1;
            return true;
        }
    }

    public void Leave(IPAddress? address)
    {
        var key = Key(address);
        lock (_counts)
        {
            if (--_counts[key] == 0)
            {
                _counts.Remove(key);
            }
        }
    }

    private static IPAddress Key(IPAddress? address) => address is null ? IPAddress.None : AddressBucket.Of(address);
}
