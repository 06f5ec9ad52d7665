using System.Buffers;
using System.Diagnostics;
using System.Numerics;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Gateway.Transport;

/// <summary>
/// What waits to be written to one socket, in order. Bounded; one writer; what gathers while a write is under way goes out in the next.
/// </summary>
/// <remarks>
/// At rest it holds no buffer and no task. Any thread may add; nothing ever waits here. Notifications and answers are bounded apart:
/// a client that asked for a large page must not be closed for a notification that comes while it reads.
/// </remarks>
internal sealed class Outbox(GatewayOptions bounds, MemoryBudget budget, TimeProvider timeProvider) : IThreadPoolWorkItem
{
    /// <summary>Bytes of one write: Kestrel copies what it is given, and must not hold a whole backlog a second time.</summary>
    private const int WriteSize = 64 * 1024;

    /// <summary>What a fresh buffer has at least: a few short frames.</summary>
    private const int SmallBuffer = 1024;

    /// <summary>And at most: a busy session's buffer is as large as its last one had to be, so that it need not grow in steps each time.</summary>
    private const int UsualBuffer = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? _stream;
    private TaskCompletionSource? _room;
    private byte[]? _pending;
    private byte[]? _pong;
    private PendingTimings _timings;
    private PendingTimings _writtenTimings;
    private int _length;
    private int _usual = SmallBuffer;
    private int _notifications;
    private int _noticeBytes;
    private int _written;
    private int _writtenNotifications;
    private int _writtenNotificationBytes;
    private long _writeStarted;
    private long _progressed;
    private long _total;
    private long _held;
    private bool _busy;
    private bool _finished;
    private bool _broken;

    /// <summary>Completes when everything up to the close frame is written, or nothing can be written any more.</summary>
    public Task Done => _done.Task;

    /// <summary>Whether nothing can be added any more.</summary>
    public bool IsFinished
    {
        get
        {
            lock (_gate)
            {
                return _finished;
            }
        }
    }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return Waiting == 0 && _pong is null;
            }
        }
    }

    /// <summary>
    /// When the socket took a piece of something large last: a timestamp of the time provider's, 0 before the first. What fits into one write is
    /// no sign of life: the operating system takes a ping or a notification for a peer that is gone, too.
    /// </summary>
    public long Progressed => Volatile.Read(ref _progressed);

    /// <summary>Bytes of something large that the socket has taken.</summary>
    public long Written => Volatile.Read(ref _total);

    /// <summary>What it holds of the process's budget.</summary>
    public long Held => Interlocked.Read(ref _held);

    private int Waiting => _length + _written;

    /// <summary>The upgraded stream is there: what was added so far goes out.</summary>
    public void Open(Stream to)
    {
        lock (_gate)
        {
            _stream = to;
            Kick();
        }
    }

    /// <summary>Adds a notification, which waits for <see cref="Flush"/>; false when the client is too slow to read.</summary>
    /// <param name="committed">When its cause was committed, in milliseconds since the Unix epoch; 0 when unknown.</param>
    /// <param name="span">Ends when it is written, or cannot be.</param>
    public bool TryAddNotification(ReadOnlySpan<byte> text, long committed = 0, Activity? span = null)
    {
        lock (_gate)
        {
            if (_finished
                || _notifications + _writtenNotifications >= bounds.OutboxFrames
                || _noticeBytes + _writtenNotificationBytes > bounds.OutboxBytes
                || !TryReserve(Framing.MaxHeader + text.Length))
            {
                span?.Stop();
                return false;
            }

            var before = _length;
            AddText(text);
            _notifications++;
            _noticeBytes += _length - before;
            _timings.Add(committed, span);
            return true;
        }
    }

    /// <summary>What was added goes out.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            Kick();
        }
    }

    /// <summary>What was added goes out when the caller runs this, and not before; null when there is nothing, or it is going out already.</summary>
    public IThreadPoolWorkItem? BeginFlush()
    {
        lock (_gate)
        {
            return TryBegin() ? this : null;
        }
    }

    /// <summary>Adds an answer; false when the client is too slow to read. True too when the socket is over: nobody is left to be told.</summary>
    public bool TryAddAnswer(ReadOnlySpan<byte> text)
    {
        lock (_gate)
        {
            if (_finished)
            {
                return true;
            }

            if (Waiting > bounds.AnswerBytes || !TryReserve(Framing.MaxHeader + text.Length))
            {
                return false;
            }

            AddText(text);
            Kick();
            return true;
        }
    }

    /// <summary>Adds a ping of ours: the watch sends the next one only after an answer.</summary>
    public void AddPing()
    {
        lock (_gate)
        {
            if (!_finished)
            {
                Add(Framing.Ping, default);
                Kick();
            }
        }
    }

    /// <summary>The answer to a ping. One waits at most: RFC 6455 (5.5.3) lets the newest ping's answer stand for those before it.</summary>
    public void SetPong(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (!_finished)
            {
                _pong = frame.ToArray();
                Kick();
            }
        }
    }

    /// <summary>Adds the close frame; nothing can be added after it.</summary>
    /// <param name="drop">What has not begun to be written is dropped: its reader is too slow.</param>
    public void Finish(ReadOnlySpan<byte> closeFrame, bool drop)
    {
        lock (_gate)
        {
            if (_finished)
            {
                return;
            }

            if (drop)
            {
                if (_pending is not null)
                {
                    Return(_pending);
                    _pending = null;
                }

                _length = _notifications = _noticeBytes = 0;
                _timings.Drop();
            }

            _pong = null;
            Add(closeFrame, default);
            Kick();
            _finished = true;
            Settle();
        }
    }

    /// <summary>Nothing can be written any more.</summary>
    public void Break()
    {
        lock (_gate)
        {
            _broken = _finished = true;
            if (_pending is not null)
            {
                Return(_pending);
                _pending = null;
            }

            _length = _notifications = _noticeBytes = 0;
            _pong = null;
            _timings.Drop();
            _writtenTimings.Drop();
            _room?.TrySetResult();
            _room = null;
            Settle();
        }
    }

    /// <summary>Completes when less than <see cref="GatewayOptions.OutboxBytes"/> wait: till then the client sends in vain.</summary>
    public Task Room()
    {
        lock (_gate)
        {
            return _broken || Waiting <= bounds.OutboxBytes
                ? Task.CompletedTask
                : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Whether one write has been under way for longer than the client may take.</summary>
    public bool IsStalled()
    {
        var started = Volatile.Read(ref _writeStarted);
        return started != 0 && timeProvider.GetElapsedTime(started) > bounds.WriteDeadline;
    }

    void IThreadPoolWorkItem.Execute() => _ = Write();

    /// <summary>Writes until nothing is left. Owned by <see cref="_busy"/>; every failure ends in <see cref="Break"/>.</summary>
    private async Task Write()
    {
        try
        {
            while (Take() is { } batch)
            {
                try
                {
                    for (var at = 0; at < batch.Count; at += WriteSize)
                    {
                        var piece = batch.AsMemory(at, Math.Min(WriteSize, batch.Count - at));
                        Volatile.Write(ref _writeStarted, timeProvider.GetTimestamp());
                        await _stream!.WriteAsync(piece);
                        if (batch.Count > WriteSize)
                        {
                            Volatile.Write(ref _total, _total + piece.Length);
                            Volatile.Write(ref _progressed, timeProvider.GetTimestamp());
                        }
                    }
                }
                finally
                {
                    Volatile.Write(ref _writeStarted, 0);
                    Return(batch.Array!);
                }
            }
        }
#pragma warning disable CA1031 // Whatever a broken socket throws: the read loop sees that it broke, and ends the session.
        catch (Exception)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                _busy = false;
                _written = _writtenNotifications = _writtenNotificationBytes = 0;
            }

            Break();
        }
    }

    /// <summary>The last batch is written; gives the next, or rests.</summary>
    private ArraySegment<byte>? Take()
    {
        lock (_gate)
        {
            (_written, _writtenNotifications, _writtenNotificationBytes) = (_length, _notifications, _noticeBytes);
            _writtenTimings.Written(timeProvider);
            (_writtenTimings, _timings) = (_timings, default);
            if (_room is not null && Waiting - _length <= bounds.OutboxBytes)
            {
                _room.TrySetResult();
                _room = null;
            }

            if (_pong is not null)
            {
                Add(_pong, default);
                _pong = null;
            }

            if (_length == 0)
            {
                _busy = false;
                Settle();
                return null;
            }

            var batch = new ArraySegment<byte>(_pending!, 0, _length);
            _usual = Math.Clamp(_length, SmallBuffer, UsualBuffer);
            _pending = null;
            _length = _notifications = _noticeBytes = 0;
            return batch;
        }
    }

    private void AddText(ReadOnlySpan<byte> text)
    {
        Span<byte> header = stackalloc byte[Framing.MaxHeader];
        Add(header[..Framing.WriteTextHeader(header, text.Length)], text);
    }

    private void Add(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        Reserve(head.Length + body.Length);
        head.CopyTo(_pending.AsSpan(_length));
        body.CopyTo(_pending.AsSpan(_length + head.Length));
        _length += head.Length + body.Length;
    }

    /// <summary>Room for so many bytes, taken of the process's budget whatever that says: control frames, which are few and short.</summary>
    private void Reserve(int more)
    {
        if ((_pending is null || _pending.Length - _length < more) && !TryReserve(more))
        {
            Move(Wanted(more), reserved: 0);
        }
    }

    /// <summary>Makes room for so many bytes; false when the process has none.</summary>
    private bool TryReserve(int more)
    {
        if (_pending is not null && _pending.Length - _length >= more)
        {
            return true;
        }

        // What there is to say counts, and not what would be convenient.
        var has = Counted(_pending);
        foreach (var size in (ReadOnlySpan<int>)[Wanted(more), (int)BitOperations.RoundUpToPowerOf2((uint)(_length + more))])
        {
            if (size <= SmallBuffers.Uncounted || budget.TryReserve(size - has))
            {
                Move(size, reserved: size <= SmallBuffers.Uncounted ? 0 : size - has);
                return true;
            }
        }

        budget.CountShed();
        return false;
    }

    /// <summary>A power of two, as the pool has them: what is reserved is what is held.</summary>
    private int Wanted(int more) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(_pending is null ? _usual : _pending.Length * 2, _length + more));

    private void Move(int size, int reserved)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        var more = Counted(larger) - Counted(_pending);
        budget.Reserve(more - reserved);
        Interlocked.Add(ref _held, more);
        if (_pending is not null)
        {
            _pending.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_pending);
        }

        _pending = larger;
    }

    private static int Counted(byte[]? buffer) => buffer is { Length: > SmallBuffers.Uncounted } ? buffer.Length : 0;

    private void Return(byte[] buffer)
    {
        budget.Release(Counted(buffer));
        Interlocked.Add(ref _held, -Counted(buffer));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Kick()
    {
        if (TryBegin())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>True: the caller sees to it that <see cref="Write"/> runs.</summary>
    private bool TryBegin()
    {
        if (_busy || _stream is null || (_length == 0 && _pong is null))
        {
            return false;
        }

        return _busy = true;
    }

    private void Settle()
    {
        if (_broken || (_finished && !_busy && _length == 0))
        {
            _done.TrySetResult();
        }
    }
}
