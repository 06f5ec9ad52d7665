namespace Messenger.Gateway.Transport;

/// <summary>
/// The upgraded connection as .NET's WebSocket sees it: it reads from the socket, and what it writes by itself (pongs, and the close
/// frame after a violation) goes through the session's outbox. So a socket has one writer, and no frame is cut by another.
/// </summary>
internal sealed class SessionStream(Stream inner, IUpgradedConnection session) : Stream
{
    /// <summary>Reads that completed at once, one after another, before others get the thread: .NET's WebSocket reads control frames in a loop.</summary>
    private const int MaxAtOnce = 32;

    private int _atOnce;

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

        var read = inner.ReadAsync(buffer, cancellationToken);
        if (!read.IsCompletedSuccessfully || ++_atOnce >= MaxAtOnce)
        {
            return Await(read);
        }

        var count = read.Result;
        session.Heard(count);
        return new ValueTask<int>(count);
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

    private async ValueTask<int> Await(ValueTask<int> read)
    {
        _atOnce = 0;
        if (read.IsCompleted)
        {
            await Task.Yield();
        }

        var count = await read;
        session.Heard(count);
        return count;
    }
}
