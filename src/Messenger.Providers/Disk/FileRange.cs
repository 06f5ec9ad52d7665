using Messenger.Ports;
using Microsoft.Win32.SafeHandles;

namespace Messenger.Providers.Disk;

/// <summary>A range of an open file, read forward.</summary>
internal sealed class FileRange(SafeFileHandle handle, long from, long count) : ForwardStream
{
    private long _left = count;
    private long _at = from;

    /// <remarks>Read on the caller's own thread: an asynchronous read of a file does the same on another one, and costs the way there and back.</remarks>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var read = RandomAccess.Read(handle, buffer.Span[..(int)Math.Min(buffer.Length, _left)], _at);
        _at += read;
        _left -= read;
        return ValueTask.FromResult(read);
    }

    protected override void Dispose(bool disposing)
    {
        handle.Dispose();
        base.Dispose(disposing);
    }
}
