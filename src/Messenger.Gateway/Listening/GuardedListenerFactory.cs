using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Messenger.Gateway.Listening;

/// <summary>Sockets, each counted by the guard from its first moment to the end of its descriptor.</summary>
internal sealed class GuardedListenerFactory(SocketTransportFactory sockets, ConnectionGuard errors) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await sockets.BindAsync(endpoint, cancellationToken), errors);

    private sealed class Listener(IConnectionListener inner, ConnectionGuard errors) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } accepted)
            {
                if (errors.TryEnter(accepted) is not { } slot)
                {
                    accepted.Abort(new ConnectionAbortedException("too many connections of this address"));
                    await accepted.DisposeAsync();
                    continue;
                }

                var connection = new GuardedConnection(accepted, slot);
                try
                {
                    await errors.WaitForRoom(slot).WaitAsync(cancellationToken);
                }
                catch
                {
                    await connection.DisposeAsync();
                    throw;
                }

                return connection;
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
