using System.Net;

namespace Messenger.Host.Configuration;

/// <summary>This machine's own addresses.</summary>
internal static class Loopback
{
    /// <summary>Whether nobody but this machine answers or comes under this name. An absolute path is a socket of the machine's own.</summary>
    public static bool Is(string host) =>
        host.StartsWith('/')
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
