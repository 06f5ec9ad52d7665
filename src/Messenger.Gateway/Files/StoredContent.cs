using Messenger.Ports;

namespace Messenger.Gateway.Files;

/// <summary>A complete file as ranges of it are served: opened where the first byte is read, and not at all for HEAD.</summary>
/// <param name="end">Where reading will end as far as the request says: a store across the network need not send more.</param>
internal sealed class StoredContent(IFileStore store, Guid id, long size, long end, CancellationToken aborted) : Stream
{
    private Stream? open;
    private long opened;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= size)
        {
            return 0;
        }

        if (open is null || opened != Position)
        {
            await (open?.DisposeAsync() ?? ValueTask.CompletedTask);
            var until = end > Position ? end : size;
            open = await store.Read(id, Position, until - Position, aborted) ?? throw new StoreUnavailableException("the file went while it was read");
        }

        var read = await open.ReadAsync(buffer, cancellationToken);
        opened = Position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => size + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            open?.Dispose();
        }

        base.Dispose(disposing);
    }
}
