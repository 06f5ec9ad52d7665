using Messenger.Ports;
using Microsoft.Win32.SafeHandles;

namespace Messenger.Providers.Disk;

/// <summary>A range of an open file, read forward.</summary>
internal sealed class FileRange(SafeFileHandle handle, long from, long count) : ForwardStream
{
    private long left = count;
    private long at = from;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await RandomAccess.ReadAsync(handle, buffer[..(int)Math.Min(buffer.Length, left)], at, cancellationToken);
        at += read;
        left -= read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        handle.Dispose();
        base.Dispose(disposing);
    }
}
