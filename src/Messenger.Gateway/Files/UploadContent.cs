using System.Security.Cryptography;

namespace Messenger.Gateway.Files;

/// <summary>A request's body on its way to the store: counted, hashed where the client gave a checksum, and ended when the process stops.</summary>
internal sealed class UploadContent(Stream body, IncrementalHash? hash, CancellationToken aborted, CancellationToken stopping) : Stream
{
    private readonly CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);

    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Its end comes as an <see cref="IOException"/>, so that the store keeps what has come.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The token that takes an upload away is the store's; this one's are the connection's and the process's.
        using var over = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), ended);
        try
        {
            var read = await body.ReadAsync(buffer, ended.Token);
            hash?.AppendData(buffer.Span[..read]);
            Count += read;
            return read;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(stopping.IsCancellationRequested ? "this gateway stops" : "the connection was cut");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Whether the body goes on where the file has everything.</summary>
    public async Task<bool> HasMore() => await ReadAsync(new byte[1]) > 0;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        ended.Dispose();
        base.Dispose(disposing);
    }
}
