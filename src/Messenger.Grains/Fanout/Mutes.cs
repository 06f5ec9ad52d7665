using Messenger.Ports;

namespace Messenger.Grains.Fanout;

/// <summary>The conversations that a user has muted, in memory while the user is active.</summary>
/// <param name="read">From disk; null where nothing keeps any.</param>
/// <remarks>Any thread: who hands notifications over on this silo asks, and forgets what the user has left.</remarks>
internal sealed class Mutes(Func<Task<IReadOnlyDictionary<Guid, long>>>? read)
{
    private static readonly IReadOnlyDictionary<Guid, long> Nothing = new Dictionary<Guid, long>();

    private readonly Lock _gate = new();

    /// <summary>Replaced, never changed.</summary>
    private volatile IReadOnlyDictionary<Guid, long>? _known = read is null ? Nothing : null;
    private int _version;

    /// <summary>Until when each is muted, in milliseconds since the Unix epoch; null until it is wanted.</summary>
    public IReadOnlyDictionary<Guid, long>? Known => _known;

    public async ValueTask<IReadOnlyDictionary<Guid, long>> Load()
    {
        if (_known is { } known)
        {
            return known;
        }

        var version = Volatile.Read(ref _version);
        var fresh = await read!();
        lock (_gate)
        {
            // What was changed while it was read is not kept: this call may have read too early.
            return version == _version ? _known = fresh : fresh;
        }
    }

    /// <summary>Something is other than it was, or may be: read anew when next wanted.</summary>
    public void Forget()
    {
        if (read is null)
        {
            return;
        }

        lock (_gate)
        {
            _known = null;
            _version++;
        }
    }
}
