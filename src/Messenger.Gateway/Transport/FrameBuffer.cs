using System.Buffers;

namespace Messenger.Gateway.Transport;

/// <summary>Where a frame is written before its length is known: one a thread, kept from frame to frame.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    /// <summary>A buffer that had to hold a large page is not kept.</summary>
    private const int RetainedCapacity = 64 * 1024;

    [ThreadStatic]
    private static FrameBuffer? _mine;

    private byte[] _bytes = new byte[4 * 1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>This thread's, empty. Done with before the next await, and before another is asked for.</summary>
    public static FrameBuffer Take()
    {
        var buffer = _mine ??= new FrameBuffer();
        if (buffer._bytes.Length > RetainedCapacity)
        {
            buffer._bytes = new byte[4 * 1024];
        }

        buffer._length = 0;
        return buffer;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Reserve(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }
    }
}
