using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Messenger.Providers.Http;

/// <summary>Connections to hosts that a client named: to addresses of the internet alone, and to the very address that was looked at.</summary>
internal static class PublicAddresses
{
    /// <summary>Everything that is no host of the internet: of RFC 6890 and its successors.</summary>
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork Unicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Whether it is a host of the internet, and none of this one's addresses.</summary>
    /// <param name="own">Of this host; null: asked of the system.</param>
    public static bool Takes(IPAddress address, IReadOnlyCollection<IPAddress>? own = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = Unwrapped(address);
        return !Array.Exists(Special, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain))
            && (plain.AddressFamily == AddressFamily.InterNetwork || Unicast.Contains(plain))
            && !(own ?? Own()).Contains(plain);
    }

    /// <summary>A connection to the first of its addresses that answers, each looked at before.</summary>
    public static async ValueTask<Stream> Connect(
        DnsEndPoint to, Func<string, CancellationToken, Task<IPAddress[]>> resolve, Func<IPAddress, bool> takes, CancellationToken cancellation)
    {
        var addresses = (await resolve(to.Host, cancellation)).Where(takes).ToArray();
        if (addresses.Length == 0)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "its name leads to no address of the internet");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>An IPv4 address that stands in an IPv6 one is what it leads to.</summary>
    private static IPAddress Unwrapped(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        return Translated.Contains(address) ? new IPAddress(bytes[12..])
            : SixToFour.Contains(address) ? new IPAddress(bytes[2..6])
            : address;
    }

    private static HashSet<IPAddress> Own() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => Unwrapped(one.Address))];
}
