using System.Net;
using System.Net.Sockets;

namespace Messenger.Gateway.RateLimits;

/// <summary>Whom an address stands for.</summary>
internal static class AddressBucket
{
    /// <summary>An IPv4 address as it is; of IPv6 the /64, which one host has for itself.</summary>
    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
