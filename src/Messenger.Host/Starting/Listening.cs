using System.Net;
using System.Net.Sockets;
using Messenger.Host.Configuration;

namespace Messenger.Host.Starting;

/// <summary>Where this silo listens for the others, found and checked before it starts.</summary>
/// <param name="Advertised">Null: Orleans finds the machine's own.</param>
internal sealed record Listening(IPAddress? Advertised, int Port)
{
    /// <exception cref="StartRefusedException">The address is not this machine's, or the port is taken.</exception>
    public static Listening Find(SiloSettings silo)
    {
        var address = silo.Address is { } name ? Resolve(name) : null;

        // Orleans shares a port with whoever has it already (SO_REUSEPORT), and then each gets half of the other's connections: look first.
        using var probe = new Socket((address ?? IPAddress.Any).AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
        try
        {
            probe.Bind(new IPEndPoint(address ?? IPAddress.Any, silo.Port));
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw ConfigKeys.SiloAddress.Refuse($"no interface of this machine has that address; it takes {ConfigKeys.SiloAddress.Takes}", silo.Address!);
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new StartRefusedException(
                $"{ConfigKeys.SiloPort.Name} is {silo.Port}, which is taken or not allowed here: give another, or 0 for a free one.", fault);
        }

        return new Listening(address, ((IPEndPoint)probe.LocalEndPoint!).Port);
    }

    private static IPAddress Resolve(string name)
    {
        try
        {
            var found = Dns.GetHostAddresses(name);
            return found.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (SocketException)
        {
            throw ConfigKeys.SiloAddress.Refuse($"that name has no address; it takes {ConfigKeys.SiloAddress.Takes}", name);
        }
    }
}
