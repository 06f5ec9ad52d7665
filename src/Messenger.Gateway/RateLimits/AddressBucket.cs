using System.Net;
using System.Net.Sockets;

namespace Messenger.Gateway.RateLimits;

/// <summary>Whom an address stands for.</summary>
public static class AddressBucket
{
    /// <summary>
    /// How many times as much a /48 may as one /64 of it: a customer has up to 65 536 of them for nothing, and a carrier gives each phone one.
    /// </summary>
    public const int NetworksPerSite = 10;

    /// <summary>Its text; null where there is no address.</summary>
    public static string? Name(IPAddress? address) => address is null ? null : Of(address).ToString();

    /// <summary>An IPv4 address as it is; of IPv6 the /64, which one host has for itself.</summary>
    public static IPAddress Of(IPAddress address) => Masked(address, 8);

    /// <summary>Of IPv6 the /48, which one customer may have; null of IPv4, where there is nothing wider to count.</summary>
    public static IPAddress? Site(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6 ? Masked(address, 6) : null;

    private static IPAddress Masked(IPAddress address, int kept)
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
        bytes[kept..].Clear();
        return new IPAddress(bytes);
    }
}
