namespace Messenger.Gateway.Sessions;

/// <summary>How the bytes of one connection come in: whether a message that was begun comes on, and how much of it all is no message.</summary>
/// <remarks>
/// The read loop tells what it waits for and what it got; <see cref="Session.Look"/> asks once a second from another thread, hence the lock.
/// A message that is there already when it is read takes none of it.
/// </remarks>
internal sealed class Inbound(GatewayOptions bounds, TimeProvider time)
{
    /// <summary>The longest header of a client's frame, with its mask.</summary>
    private const int Header = 14;

    /// <summary>
    /// Bytes a second that belong to no message: control frames, empty fragments. Two hundred requests a second in four fragments each have
    /// a sixth of it.
    /// </summary>
    private const int ExcessPerSecond = 64 * 1024;

    private readonly Lock gate = new();
    private bool begun;
    private bool guest;
    private long begunAt;
    private long cameAt;
    private long windowAt;
    private long inWindow;
    private long read;
    private long messages;
    private long excess;
    private long askedAt = time.GetTimestamp();

    /// <summary>So many bytes were read from the connection, whatever they are.</summary>
    public void Read(int count) => Interlocked.Add(ref read, count);

    /// <summary>A message has begun, and more of it must come before it can be served.</summary>
    public void Waits(bool ofGuest)
    {
        lock (gate)
        {
            if (!begun)
            {
                (begun, guest) = (true, ofGuest);
                begunAt = cameAt = windowAt = time.GetTimestamp();
                inWindow = 0;
            }
        }
    }

    /// <summary>So many bytes of the message came.</summary>
    public void Came(int count, bool whole)
    {
        Interlocked.Add(ref messages, whole ? count + Header : count);
        if (!Volatile.Read(ref begun))
        {
            return;
        }

        lock (gate)
        {
            if (count > 0)
            {
                cameAt = time.GetTimestamp();
                inWindow += count;
            }

            begun = !whole;
        }
    }

    /// <summary>Why the connection is to be cut; null as long as it is not.</summary>
    public string? Fault()
    {
        lock (gate)
        {
            return begun ? Stalled() : null;
        }
    }

    private string? Stalled()
    {
        if (guest)
        {
            return time.GetElapsedTime(begunAt) > bounds.GuestMessageDeadline
                ? $"before the login a message must be whole within {bounds.GuestMessageDeadline.TotalSeconds:0} s"
                : null;
        }

        if (time.GetElapsedTime(cameAt) > bounds.MessageSilence)
        {
            return $"nothing came of the rest of a message for {bounds.MessageSilence.TotalSeconds:0} s";
        }

        if (time.GetElapsedTime(windowAt) is var window && window >= bounds.MessageRateWindow)
        {
            if (inWindow < bounds.MessageBytesPerSecond * window.TotalSeconds)
            {
                return $"a message came more slowly than {bounds.MessageBytesPerSecond} bytes a second";
            }

            (windowAt, inWindow) = (time.GetTimestamp(), 0);
        }

        return null;
    }

    /// <summary>Whether what came since the last call was mostly no message.</summary>
    public bool IsFlood()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(askedAt, now).TotalSeconds;
        var sum = Interlocked.Read(ref read) - Interlocked.Read(ref messages);
        var more = sum - excess;
        (excess, askedAt) = (sum, now);

        // What a read brought is counted before what of it belongs to a message: that may be one message.
        return bounds.LimitsEnabled && more > bounds.MaxMessageBytes + (ExcessPerSecond * Math.Max(seconds, 1));
    }
}
