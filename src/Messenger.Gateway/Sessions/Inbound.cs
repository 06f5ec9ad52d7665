namespace Messenger.Gateway.Sessions;

/// <summary>How the bytes of one connection come in: whether a message that was begun comes on, and how much of it all is no message.</summary>
/// <remarks>
/// The read loop tells what it waits for and what it got; <see cref="Session.Sweep"/> asks once a second from another thread, hence the lock.
/// A message that is there already when it is read takes none of it.
/// </remarks>
internal sealed class Inbound(GatewayOptions bounds, TimeProvider timeProvider)
{
    /// <summary>The longest header of a client's frame, with its mask.</summary>
    private const int Header = 14;

    /// <summary>
    /// Bytes a second that belong to no message: control frames, empty fragments. Two hundred requests a second in four fragments each have
    /// a sixth of it.
    /// </summary>
    private const int ExcessPerSecond = 64 * 1024;

    private readonly Lock _gate = new();
    private bool _begun;
    private bool _guest;
    private long _begunAt;
    private long _cameAt;
    private long _windowAt;
    private long _inWindow;
    private long _read;
    private long _messages;
    private long _excess;
    private long _askedAt = timeProvider.GetTimestamp();

    /// <summary>So many bytes were read from the connection, whatever they are.</summary>
    public void Read(int count) => Interlocked.Add(ref _read, count);

    /// <summary>A message has begun, and more of it must come before it can be served.</summary>
    public void Waits(bool ofGuest)
    {
        lock (_gate)
        {
            if (!_begun)
            {
                (_begun, _guest) = (true, ofGuest);
                _begunAt = _cameAt = _windowAt = timeProvider.GetTimestamp();
                _inWindow = 0;
            }
        }
    }

    /// <summary>So many bytes of the message came.</summary>
    public void Came(int count, bool whole)
    {
        Interlocked.Add(ref _messages, whole ? count + Header : count);
        if (!Volatile.Read(ref _begun))
        {
            return;
        }

        lock (_gate)
        {
            if (count > 0)
            {
                _cameAt = timeProvider.GetTimestamp();
                _inWindow += count;
            }

            _begun = !whole;
        }
    }

    /// <summary>Why the connection is to be cut; null as long as it is not.</summary>
    public string? Fault()
    {
        lock (_gate)
        {
            return _begun ? Stalled() : null;
        }
    }

    private string? Stalled()
    {
        if (_guest)
        {
            return timeProvider.GetElapsedTime(_begunAt) > bounds.GuestMessageDeadline
                ? $"before the login a message must be whole within {bounds.GuestMessageDeadline.TotalSeconds:0} s"
                : null;
        }

        if (timeProvider.GetElapsedTime(_cameAt) > bounds.MessageSilence)
        {
            return $"nothing came of the rest of a message for {bounds.MessageSilence.TotalSeconds:0} s";
        }

        if (timeProvider.GetElapsedTime(_windowAt) is var window && window >= bounds.MessageRateWindow)
        {
            if (_inWindow < bounds.MessageBytesPerSecond * window.TotalSeconds)
            {
                return $"a message came more slowly than {bounds.MessageBytesPerSecond} bytes a second";
            }

            (_windowAt, _inWindow) = (timeProvider.GetTimestamp(), 0);
        }

        return null;
    }

    /// <summary>Whether what came since the last call was mostly no message.</summary>
    public bool IsFlood()
    {
        var now = timeProvider.GetTimestamp();
        var seconds = timeProvider.GetElapsedTime(_askedAt, now).TotalSeconds;
        var sum = Interlocked.Read(ref _read) - Interlocked.Read(ref _messages);
        var more = sum - _excess;
        (_excess, _askedAt) = (sum, now);

        // What a read brought is counted before what of it belongs to a message: that may be one message.
        return bounds.LimitsEnabled && more > bounds.MaxMessageBytes + (ExcessPerSecond * Math.Max(seconds, 1));
    }
}
