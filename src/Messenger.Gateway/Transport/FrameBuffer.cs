using System.Buffers;

namespace Messenger.Gateway.Transport;

/// <summary>Where a frame is written before its length is known: one a thread, kept from frame to frame.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    /// <summary>A buffer that had to hold a large page is not kept.</summary>
    private const int Kept = 64 * 1024;

    [ThreadStatic]
    private static FrameBuffer? mine;

    private byte[] bytes = new byte[4 * 1024];
    private int length;

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    /// <summary>This thread's, empty. Done with before the next await, and before another is asked for.</summary>
    public static FrameBuffer Take()
    {
        var buffer = mine ??= new FrameBuffer();
        if (buffer.bytes.Length > Kept)
        {
            buffer.bytes = new byte[4 * 1024];
        }

        buffer.length = 0;
        return buffer;
    }

    public void Advance(int count) => length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsSpan(length);
    }

    private void Reserve(int sizeHint)
    {
        var needed = length + Math.Max(sizeHint, 1);
        if (needed > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(needed, bytes.Length * 2));
        }
    }
}
