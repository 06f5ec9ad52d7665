using System.Net;
using System.Net.Sockets;

namespace Messenger.Testing.Processes;

/// <summary>TCP ports that nobody listens on at the moment of asking.</summary>
public static class Ports
{
    /// <summary>Different free ports: all are held until all are known.</summary>
    public static int[] Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
