using System.Net;
using Messenger.Gateway.RateLimits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Listening;

/// <summary>
/// Keeps connections below the process's limit of descriptors: at it nothing works any more, the log included. Counts each from the moment that it
/// is accepted, whatever becomes of it.
/// </summary>
/// <remarks>
/// At the bound the oldest connection that serves no request makes room for the newest, so that a probe is answered whatever stands around; where each
/// serves one, nothing is accepted until one has ended. Sessions take seven eighths at most. Of one address that is no proxy's, connections that
/// are no sessions are bounded alike: those beyond make room among themselves.
/// </remarks>
internal sealed class ConnectionGuard : IDisposable
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    /// <summary>The descriptors that are no connections are counted every ten seconds, and when a quarter of the reserve has come: it is for what comes meanwhile.</summary>
    private const int LooksPerCount = 10;

    /// <summary>Sixteen: without any the process could as well not be there.</summary>
    private const int Fewest = 16;

    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionSlot> _idle = new();
    private readonly Dictionary<IPAddress, Peer> _peers = [];
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly IReadOnlyList<System.Net.IPNetwork> _proxies;
    private readonly int _mostPerAddress;
    private readonly int? _limit;
    private readonly Func<int?> _count;
    private readonly ITimer? _timer;
    private int _looks;
    private int _openAtCount;
    private int _counting;
    private int _capacity;
    private int _used;
    private int _open;
    private int _sessions;

    public ConnectionGuard(IOptions<GatewayOptions> options, IOptions<ForwardedHeadersOptions> forwarded, TimeProvider timeProvider)
        : this(options.Value, [.. forwarded.Value.KnownIPNetworks], OpenFiles.Limit(), OpenFiles.Count, timeProvider)
    {
    }

    internal ConnectionGuard(GatewayOptions options, IReadOnlyList<System.Net.IPNetwork> proxies, int? limit, Func<int?> count, TimeProvider timeProvider)
    {
        _proxies = proxies;
        _limit = limit;
        _count = count;
        _mostPerAddress = options.LimitsEnabled ? options.ConnectionsPerAddress : int.MaxValue;
        Count();
        _timer = limit is null ? null : timeProvider.CreateTimer(static errors => ((ConnectionGuard)errors!).Look(), this, LookPeriod, LookPeriod);
    }

    /// <summary>Descriptors that the process had at the last count.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>Descriptors that the process may have; 0 where there is no limit.</summary>
    public int Limit => _limit ?? 0;

    /// <summary>Connections that may stand at once.</summary>
    public int Capacity => Volatile.Read(ref _capacity);

    /// <summary>Accepted and not gone.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>For what the process opens besides connections until that is counted: files of up- and downloads, connections to stores and providers.</summary>
    internal static int ReserveOf(int limit) => Math.Max(Math.Min(limit / 8, 1024), 64);

    /// <summary>A place for what was accepted; null where its address has too many, and each of them serves a request.</summary>
    public ConnectionSlot? TryEnter(BaseConnectionContext connection)
    {
        ConnectionSlot? cut = null;
        ConnectionSlot slot;
        lock (_gate)
        {
            var network = (connection.RemoteEndPoint as IPEndPoint)?.Address is { } address && !IsProxy(address) ? AddressBucket.Of(address) : null;
            slot = new ConnectionSlot(this, connection, network);
            if (network is not null)
            {
                if (!_peers.TryGetValue(network, out var peer))
                {
                    _peers.Add(network, peer = new Peer());
                }

                if (peer.Count >= _mostPerAddress)
                {
                    cut = Displace(peer.Idle.First?.Value);
                    if (cut is null)
                    {
                        GatewayMeter.ConnectionShed("address");
                        return null;
                    }

                    // Its own was perhaps the last of the address.
                    _peers.TryAdd(network, peer);
                }

                peer.Count++;
            }

            _open++;
            Rest(slot);
        }

        if (cut is not null)
        {
            GatewayMeter.ConnectionShed("address");
            cut.Cut();
        }

        if (_limit is { } most && Open - Volatile.Read(ref _openAtCount) >= ReserveOf(most) / 4)
        {
            Count();
        }

        return slot;
    }

    /// <summary>Completes when the connections that stand, this one among them, are no more than may be.</summary>
    public Task WaitForRoom(ConnectionSlot slot)
    {
        ConnectionSlot? cut;
        Task room;
        lock (_gate)
        {
            if (_open <= _capacity)
            {
                return Task.CompletedTask;
            }

            cut = Displace(ReferenceEquals(_idle.First?.Value, slot) ? _idle.First?.Next?.Value : _idle.First?.Value);
            var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(wait);
            room = wait.Task;
        }

        GatewayMeter.ConnectionShed(cut is null ? "waiting" : "idle");
        cut?.Cut();
        return room;
    }

    public void BeginRequest(ConnectionSlot slot)
    {
        lock (_gate)
        {
            slot.Busy++;
            Wake(slot);
        }
    }

    public void EndRequest(ConnectionSlot slot)
    {
        lock (_gate)
        {
            if (--slot.Busy == 0 && !slot.IsGone && !slot.IsSession)
            {
                // Not cut at once where somebody waits: its answer is still on its way to the socket.
                Rest(slot);
            }
        }
    }

    public bool TryBecomeSession(ConnectionSlot slot)
    {
        lock (_gate)
        {
            if (slot.IsSession)
            {
                // Another of one HTTP/2 connection takes no descriptor.
                return true;
            }

            if (slot.IsGone || _sessions >= _capacity - (_capacity / 8))
            {
                GatewayMeter.ConnectionShed("sessions");
                return false;
            }

            _sessions++;
            Wake(slot);
            Uncount(slot);
            slot.IsSession = true;
            return true;
        }
    }

    /// <summary>Its descriptor is free.</summary>
    public void Leave(ConnectionSlot slot)
    {
        lock (_gate)
        {
            _open--;
            if (slot.IsSession)
            {
                _sessions--;
            }
            else if (!slot.IsGone)
            {
                Wake(slot);
                Uncount(slot);
            }

            slot.IsGone = true;
            Admit();
        }
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Once a second: for each who waits, one that has come to rest makes room; and what else the process has open is counted now and then.</summary>
    internal void Look()
    {
        if (++_looks % LooksPerCount == 0)
        {
            Count();
        }

        List<ConnectionSlot>? cut = null;
        lock (_gate)
        {
            for (var more = _waiting.Count; more > 0 && Displace(_idle.First?.Value) is { } oldest; more--)
            {
                (cut ??= []).Add(oldest);
            }
        }

        foreach (var oldest in cut ?? [])
        {
            GatewayMeter.ConnectionShed("idle");
            oldest.Cut();
        }
    }

    /// <summary>What is no connection of a client takes from what they may have.</summary>
    internal void Count()
    {
        if (_limit is not { } most)
        {
            _capacity = int.MaxValue;
            return;
        }

        if (Interlocked.Exchange(ref _counting, 1) != 0)
        {
            return;
        }

        // None left to look with: whatever is open is too much.
        var now = _count() ?? most;
        lock (_gate)
        {
            _used = now;
            _openAtCount = _open;
            _counting = 0;
            _capacity = Math.Max(Fewest, most - ReserveOf(most) - Math.Max(0, now - _open));
            Admit();
        }
    }

    /// <summary>Who waits is counted as open already.</summary>
    private void Admit()
    {
        while (_waiting.Count > 0 && _open - _waiting.Count < _capacity)
        {
            _waiting.Dequeue().SetResult();
        }
    }

    private bool IsProxy(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _proxies)
        {
            if (network.Contains(plain) || network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes it leave, and says so; nothing where there is none.</summary>
    private ConnectionSlot? Displace(ConnectionSlot? oldest)
    {
        if (oldest is not null)
        {
            oldest.IsGone = true;
            Wake(oldest);
            Uncount(oldest);
        }

        return oldest;
    }

    private void Rest(ConnectionSlot slot)
    {
        slot.AmongAll = _idle.AddLast(slot);
        slot.AmongTheirs = slot.Network is { } network ? _peers[network].Idle.AddLast(slot) : null;
    }

    private static void Wake(ConnectionSlot slot)
    {
        slot.AmongAll?.List?.Remove(slot.AmongAll);
        slot.AmongTheirs?.List?.Remove(slot.AmongTheirs);
        (slot.AmongAll, slot.AmongTheirs) = (null, null);
    }

    private void Uncount(ConnectionSlot slot)
    {
        if (slot.Network is { } network && --_peers[network].Count == 0)
        {
            _peers.Remove(network);
        }
    }

    /// <summary>What an address has that is no session.</summary>
    private sealed class Peer
    {
        public int Count { get; set; }

        public LinkedList<ConnectionSlot> Idle { get; } = new();
    }
}
