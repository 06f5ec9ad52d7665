
namespace Messenger.Ports;

/// <summary>
/// What one class of things may take of this process's memory, all of them together. A bound per connection or conversation does not hold a
/// process up: thousands of them, each within its own, are too much.
/// </summary>
/// <remarks>Any thread. Whoever is refused sheds as docs/operations.md says of its class; the largest holder where there is one, else the newcomer.</remarks>
/// <param name="owner">One of <see cref="Labels.MemoryOwner"/>.</param>
public sealed class MemoryBudget(string owner, long limit)
{
    private long _used;
    private long _shed;

    public string Owner => owner;

    public long Limit => limit;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>How often something was refused, closed or dropped for it.</summary>
    public long Sheds => Interlocked.Read(ref _shed);

    /// <summary>Whether an eighth or less is left: the largest holders go now, so that newcomers need not.</summary>
    public bool IsShort => Used > limit - (limit / 8);

    /// <summary>True: the caller has the bytes until it calls <see cref="Release"/>.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>Counts bytes that are taken already, or that end what holds more.</summary>
    public void Reserve(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);

    public void CountShed() => Interlocked.Increment(ref _shed);
}
