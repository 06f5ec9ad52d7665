using System.Buffers;

namespace Messenger.Gateway.Transport;

/// <summary>
/// The upgraded connection as .NET's WebSocket sees it: it reads from the socket, and what it writes by itself (pongs, and the close
/// frame after a violation) goes through the session's outbox. So a socket has one writer, and no frame is cut by another.
/// </summary>
/// <remarks>
/// .NET's WebSocket reads each frame in two pieces, the first of some hundred bytes, and each read of Kestrel's stream goes through four layers. So what came
/// is read at once and handed on from here: one read of Kestrel's for all frames that came together. While nothing has come no buffer is held.
/// One read at a time, as a stream's are.
/// </remarks>
internal sealed class SessionStream(Stream inner, IUpgradedConnection session) : Stream
{
    /// <summary>Reads that completed at once, one after another, before others get the thread: .NET's WebSocket reads control frames in a loop.</summary>
    private const int MaxAtOnce = 32;

    /// <summary>Several requests fit, one of the largest is read straight into its own buffer.</summary>
    private const int BufferSize = 4 * 1024;

    private int _atOnce;
    private byte[]? _buffer;
    private int _from;
    private int _until;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (session.IsFlooding)
        {
            return Never();
        }

        if (_until > _from)
        {
            return ++_atOnce < MaxAtOnce ? new ValueTask<int>(TakeBuffered(buffer.Span)) : Later(buffer);
        }

        // An empty read waits for the first byte: nothing is held meanwhile.
        var direct = buffer.IsEmpty || buffer.Length >= BufferSize;
        var read = inner.ReadAsync(direct ? buffer : _buffer = ArrayPool<byte>.Shared.Rent(BufferSize), cancellationToken);
        if (!read.IsCompletedSuccessfully || ++_atOnce >= MaxAtOnce)
        {
            return Await(read, buffer, direct);
        }

        return new ValueTask<int>(Read(read.Result, buffer, direct));
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        session.WriteControl(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => session.WriteControl(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("reads are asynchronous");

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask<int> Never()
    {
        await Task.Delay(Timeout.Infinite, session.Aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new IOException("the connection was cut");
    }

    private async ValueTask<int> Await(ValueTask<int> read, Memory<byte> into, bool direct)
    {
        _atOnce = 0;
        if (read.IsCompleted)
        {
            await Task.Yield();
        }

        try
        {
            return Read(await read, into, direct);
        }
        catch
        {
            // The connection is over: nothing is read into the buffer any more.
            ReturnBuffer();
            throw;
        }
    }

    private async ValueTask<int> Later(Memory<byte> buffer)
    {
        _atOnce = 0;
        await Task.Yield();
        return TakeBuffered(buffer.Span);
    }

    /// <param name="direct">It was read to where it goes, and not into the buffer.</param>
    private int Read(int count, Memory<byte> into, bool direct)
    {
        session.Heard(count);
        if (direct)
        {
            return count;
        }

        (_from, _until) = (0, count);
        return TakeBuffered(into.Span);
    }

    private int TakeBuffered(Span<byte> into)
    {
        var count = Math.Min(into.Length, _until - _from);
        _buffer.AsSpan(_from, count).CopyTo(into);
        _from += count;
        if (_from == _until)
        {
            ReturnBuffer();
        }

        return count;
    }

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            (_buffer, _from, _until) = (null, 0, 0);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
