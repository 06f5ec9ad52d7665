using System.Net;
using System.Net.Sockets;

namespace Messenger.Providers.Tests;

/// <summary>
/// A network between a client and a server that forgets a connection which was silent for too long, as address translations do: no packet
/// passes any more, and neither side hears of it.
/// </summary>
internal sealed class ForgetfulProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Link> _links = [];
    private readonly int _server;
    private readonly TimeSpan _memory;

    public ForgetfulProxy(int server, TimeSpan memory)
    {
        (_server, _memory) = (server, memory);
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were forgotten.</summary>
    public int Forgotten
    {
        get
        {
            lock (_links)
            {
                return _links.Count(link => link.IsForgotten);
            }
        }
    }

    /// <summary>Whether the client has thrown away what was forgotten.</summary>
    public bool IsFound
    {
        get
        {
            lock (_links)
            {
                return _links.All(link => !link.IsForgotten || link.IsLeft);
            }
        }
    }

    /// <summary>Forgets all there are, as when it restarts.</summary>
    public void ForgetAll()
    {
        lock (_links)
        {
            _links.ForEach(link => link.IsForgotten = true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        lock (_links)
        {
            _links.ForEach(link => link.Dispose());
        }

        _stopping.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var link = new Link(client, new TcpClient("127.0.0.1", _server));
                lock (_links)
                {
                    _links.Add(link);
                }

                _ = link.Pump(link.Client, link.Server, _memory, _stopping.Token);
                _ = link.Pump(link.Server, link.Client, _memory, _stopping.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private sealed class Link(TcpClient client, TcpClient server) : IDisposable
    {
        private long _last = Environment.TickCount64;

        public TcpClient Client => client;

        public TcpClient Server => server;

        public volatile bool IsForgotten;

        public volatile bool IsLeft;

        public async Task Pump(TcpClient from, TcpClient to, TimeSpan memory, CancellationToken cancellation)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                while (await from.GetStream().ReadAsync(buffer, cancellation) is > 0 and var count)
                {
                    IsForgotten |= Environment.TickCount64 - Interlocked.Read(ref _last) > memory.TotalMilliseconds;
                    Interlocked.Exchange(ref _last, Environment.TickCount64);
                    if (!IsForgotten)
                    {
                        await to.GetStream().WriteAsync(buffer.AsMemory(0, count), cancellation);
                    }
                }

                Leave(from);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                Leave(from);
            }
        }

        private void Leave(TcpClient who)
        {
            IsLeft |= ReferenceEquals(who, client);
            if (!IsForgotten)
            {
                Dispose();
            }
        }

        public void Dispose()
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
