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
internal sealed class Outbox(GatewayOptions bounds, MemoryBudget budget, TimeProvider time) : IThreadPoolWorkItem
{
    /// <summary>Bytes of one write: Kestrel copies what it is given, and must not hold a whole backlog a second time.</summary>
    private const int WriteSize = 64 * 1024;

    /// <summary>What a fresh buffer has at least: a few short frames.</summary>
    private const int SmallBuffer = 1024;

    /// <summary>And at most: a busy session's buffer is as large as its last one had to be, so that it need not grow in steps each time.</summary>
    private const int UsualBuffer = 16 * 1024;

    private readonly Lock gate = new();
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? stream;
    private TaskCompletionSource? room;
    private byte[]? pending;
    private byte[]? pong;
    private Marks marks;
    private Marks writtenMarks;
    private int length;
    private int usual = SmallBuffer;
    private int notices;
    private int noticeBytes;
    private int written;
    private int writtenNotices;
    private int writtenNoticeBytes;
    private long writeStarted;
    private long progressed;
    private long total;
    private long held;
    private bool busy;
    private bool finished;
    private bool broken;

    /// <summary>Completes when everything up to the close frame is written, or nothing can be written any more.</summary>
    public Task Done => done.Task;

    /// <summary>Whether nothing can be added any more.</summary>
    public bool IsFinished
    {
        get
        {
            lock (gate)
            {
                return finished;
            }
        }
    }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return Waiting == 0 && pong is null;
            }
        }
    }

    /// <summary>
    /// When the socket took a piece of something large last: a timestamp of the time provider's, 0 before the first. What fits into one write is
    /// no sign of life: the operating system takes a ping or a notification for a peer that is gone, too.
    /// </summary>
    public long Progressed => Volatile.Read(ref progressed);

    /// <summary>Bytes of something large that the socket has taken.</summary>
    public long Written => Volatile.Read(ref total);

    /// <summary>What it holds of the process's budget.</summary>
    public long Held => Interlocked.Read(ref held);

    private int Waiting => length + written;

    /// <summary>The upgraded stream is there: what was added so far goes out.</summary>
    public void Open(Stream to)
    {
        lock (gate)
        {
            stream = to;
            Kick();
        }
    }

    /// <summary>Adds a notification, which waits for <see cref="Flush"/>; false when the client is too slow to read.</summary>
    /// <param name="committed">When its cause was committed, in milliseconds since the Unix epoch; 0 when unknown.</param>
    /// <param name="span">Ends when it is written, or cannot be.</param>
    public bool TryAddNotice(ReadOnlySpan<byte> text, long committed = 0, Activity? span = null)
    {
        lock (gate)
        {
            if (finished
                || notices + writtenNotices >= bounds.OutboxFrames
                || noticeBytes + writtenNoticeBytes > bounds.OutboxBytes
                || !TryReserve(Framing.MaxHeader + text.Length))
            {
                span?.Stop();
                return false;
            }

            var before = length;
            AddText(text);
            notices++;
            noticeBytes += length - before;
            marks.Add(committed, span);
            return true;
        }
    }

    /// <summary>What was added goes out.</summary>
    public void Flush()
    {
        lock (gate)
        {
            Kick();
        }
    }

    /// <summary>Adds an answer; false when the client is too slow to read. True too when the socket is over: nobody is left to be told.</summary>
    public bool TryAddAnswer(ReadOnlySpan<byte> text)
    {
        lock (gate)
        {
            if (finished)
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
        lock (gate)
        {
            if (!finished)
            {
                Add(Framing.Ping, default);
                Kick();
            }
        }
    }

    /// <summary>The answer to a ping. One waits at most: RFC 6455 (5.5.3) lets the newest ping's answer stand for those before it.</summary>
    public void SetPong(ReadOnlySpan<byte> frame)
    {
        lock (gate)
        {
            if (!finished)
            {
                pong = frame.ToArray();
                Kick();
            }
        }
    }

    /// <summary>Adds the close frame; nothing can be added after it.</summary>
    /// <param name="drop">What has not begun to be written is dropped: its reader is too slow.</param>
    public void Finish(ReadOnlySpan<byte> closeFrame, bool drop)
    {
        lock (gate)
        {
            if (finished)
            {
                return;
            }

            if (drop)
            {
                if (pending is not null)
                {
                    Return(pending);
                    pending = null;
                }

                length = notices = noticeBytes = 0;
                marks.Drop();
            }

            pong = null;
            Add(closeFrame, default);
            Kick();
            finished = true;
            Settle();
        }
    }

    /// <summary>Nothing can be written any more.</summary>
    public void Break()
    {
        lock (gate)
        {
            broken = finished = true;
            if (pending is not null)
            {
                Return(pending);
                pending = null;
            }

            length = notices = noticeBytes = 0;
            pong = null;
            marks.Drop();
            writtenMarks.Drop();
            room?.TrySetResult();
            room = null;
            Settle();
        }
    }

    /// <summary>Completes when less than <see cref="GatewayOptions.OutboxBytes"/> wait: till then the client sends in vain.</summary>
    public Task Room()
    {
        lock (gate)
        {
            return broken || Waiting <= bounds.OutboxBytes
                ? Task.CompletedTask
                : (room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Whether one write has been under way for longer than the client may take.</summary>
    public bool IsStalled()
    {
        var started = Volatile.Read(ref writeStarted);
        return started != 0 && time.GetElapsedTime(started) > bounds.WriteDeadline;
    }

    void IThreadPoolWorkItem.Execute() => _ = Write();

    /// <summary>Writes until nothing is left. Owned by <see cref="busy"/>; every failure ends in <see cref="Break"/>.</summary>
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
                        Volatile.Write(ref writeStarted, time.GetTimestamp());
                        await stream!.WriteAsync(piece);
                        if (batch.Count > WriteSize)
                        {
                            Volatile.Write(ref total, total + piece.Length);
                            Volatile.Write(ref progressed, time.GetTimestamp());
                        }
                    }
                }
                finally
                {
                    Volatile.Write(ref writeStarted, 0);
                    Return(batch.Array!);
                }
            }
        }
#pragma warning disable CA1031 // Whatever a broken socket throws: the read loop sees that it broke, and ends the session.
        catch (Exception)
#pragma warning restore CA1031
        {
            lock (gate)
            {
                busy = false;
                written = writtenNotices = writtenNoticeBytes = 0;
            }

            Break();
        }
    }

    /// <summary>The last batch is written; gives the next, or rests.</summary>
    private ArraySegment<byte>? Take()
    {
        lock (gate)
        {
            (written, writtenNotices, writtenNoticeBytes) = (length, notices, noticeBytes);
            writtenMarks.Written(time);
            (writtenMarks, marks) = (marks, default);
            if (room is not null && Waiting - length <= bounds.OutboxBytes)
            {
                room.TrySetResult();
                room = null;
            }

            if (pong is not null)
            {
                Add(pong, default);
                pong = null;
            }

            if (length == 0)
            {
                busy = false;
                Settle();
                return null;
            }

            var batch = new ArraySegment<byte>(pending!, 0, length);
            usual = Math.Clamp(length, SmallBuffer, UsualBuffer);
            pending = null;
            length = notices = noticeBytes = 0;
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
        head.CopyTo(pending.AsSpan(length));
        body.CopyTo(pending.AsSpan(length + head.Length));
        length += head.Length + body.Length;
    }

    /// <summary>Room for so many bytes, taken of the process's budget whatever that says: control frames, which are few and short.</summary>
    private void Reserve(int more)
    {
        if ((pending is null || pending.Length - length < more) && !TryReserve(more))
        {
            Move(Wanted(more), reserved: 0);
        }
    }

    /// <summary>Makes room for so many bytes; false when the process has none.</summary>
    private bool TryReserve(int more)
    {
        if (pending is not null && pending.Length - length >= more)
        {
            return true;
        }

        // What there is to say counts, and not what would be convenient.
        var has = Counted(pending);
        foreach (var size in (ReadOnlySpan<int>)[Wanted(more), (int)BitOperations.RoundUpToPowerOf2((uint)(length + more))])
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
    private int Wanted(int more) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(pending is null ? usual : pending.Length * 2, length + more));

    private void Move(int size, int reserved)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        var more = Counted(larger) - Counted(pending);
        budget.Reserve(more - reserved);
        Interlocked.Add(ref held, more);
        if (pending is not null)
        {
            pending.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(pending);
        }

        pending = larger;
    }

    private static int Counted(byte[]? buffer) => buffer is { Length: > SmallBuffers.Uncounted } ? buffer.Length : 0;

    private void Return(byte[] buffer)
    {
        budget.Release(Counted(buffer));
        Interlocked.Add(ref held, -Counted(buffer));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Kick()
    {
        if (!busy && stream is not null && (length > 0 || pong is not null))
        {
            busy = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Settle()
    {
        if (broken || (finished && !busy && length == 0))
        {
            done.TrySetResult();
        }
    }
}
