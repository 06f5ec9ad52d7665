using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Messenger.Host.Composition;

/// <summary>
/// The connections between silos, by ASP.NET's transport in place of Orleans' own, which is an older copy of it and changes threads at each end of
/// each pipe. What a socket brings is read into messages on the thread that brought it; what is written goes to the socket at once.
/// </summary>
/// <remarks>Nothing blocks there: Orleans hands every message that it has read to the thread pool.</remarks>
internal sealed class SiloSockets(ILoggerFactory logs) : IConnectionFactory, IConnectionListenerFactory, IDisposable
{
    // A message is as large as Orleans lets it be, and it bounds what waits itself: as in its own transport, no bound here.
    private readonly SocketConnectionContextFactory outgoing = new(
        new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = true, MaxReadBufferSize = null, MaxWriteBufferSize = null },
        logs.CreateLogger<SiloSockets>());

    private readonly SocketTransportFactory incoming = new(
        Options.Create(new SocketTransportOptions
        {
            UnsafePreferInlineScheduling = true,
            MaxReadBufferSize = null,
            MaxWriteBufferSize = null,
            CreateBoundListenSocket = Listen,
        }),
        logs);

    /// <summary>Puts it in the place of Orleans' own, which is registered under keys that only Orleans knows.</summary>
    public static void Replace(IServiceCollection services)
    {
        services.AddSingleton<SiloSockets>();
        Replace<IConnectionFactory>(services);
        Replace<IConnectionListenerFactory>(services);
    }

    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            KeepAlive(socket);
            await socket.ConnectAsync(endpoint, cancellationToken);
            return outgoing.Create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        incoming.BindAsync(endpoint, cancellationToken);

    public void Dispose() => outgoing.Dispose();

    private static void Replace<T>(IServiceCollection services)
        where T : class
    {
        var own = services.Where(service => service.IsKeyedService && service.ServiceType == typeof(T)).ToList();
        if (own.Count == 0)
        {
            throw new InvalidOperationException($"Orleans registers no {typeof(T).Name} any more: how silos connect has to be looked at again");
        }

        foreach (var service in own)
        {
            services.Remove(service);
            services.AddKeyedSingleton<T>(service.ServiceKey, (provider, _) => (T)(object)provider.GetRequiredService<SiloSockets>());
        }
    }

    /// <summary>What it accepts has these options too.</summary>
    private static Socket Listen(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        KeepAlive(socket);
        return socket;
    }

    /// <summary>A peer that is gone without a word is noticed by membership within seconds; this ends its connection after minutes.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 90);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 2);
    }
}
