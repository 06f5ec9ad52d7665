using System.Buffers.Binary;
using System.Text;
using Messenger.Protocol;

namespace Messenger.Gateway.Transport;

/// <summary>RFC 6455, the server's half: frames unmasked and whole. What comes in is taken apart by .NET's WebSocket.</summary>
internal static class Framing
{
    /// <summary>The longest header of ours.</summary>
    public const int MaxHeader = 10;

    /// <summary>What a control frame may carry; a close code takes two of them.</summary>
    public const int MaxControlPayload = 125;

    private const byte Text = 0x81;
    private const byte Close = 0x88;

    /// <summary>An empty ping.</summary>
    public static ReadOnlySpan<byte> Ping => [0x89, 0];

    /// <summary>The header of a text frame; gives its length.</summary>
    public static int WriteTextHeader(Span<byte> to, int length)
    {
        to[0] = Text;
        switch (length)
        {
            case < 126:
                to[1] = (byte)length;
                return 2;
            case <= ushort.MaxValue:
                to[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)length);
                return 4;
            default:
                to[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(to[2..], (ulong)length);
                return MaxHeader;
        }
    }

    /// <summary>A close frame; a reason that is too long for one is cut between characters.</summary>
    public static byte[] CloseFrame(CloseCode code, string reason)
    {
        Span<byte> text = stackalloc byte[MaxControlPayload - 2];
        Encoder utf8 = Encoding.UTF8.GetEncoder();
        utf8.Convert(reason, text, flush: true, out _, out var length, out _);
        var frame = new byte[4 + length];
        frame[0] = Close;
        frame[1] = (byte)(2 + length);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)code);
        text[..length].CopyTo(frame.AsSpan(4));
        return frame;
    }

    /// <summary>The code of a close frame that .NET's WebSocket wrote on its own, when it met what no client may send.</summary>
    public static bool TryReadClose(ReadOnlySpan<byte> frame, out CloseCode code)
    {
        code = frame.Length >= 4 ? (CloseCode)BinaryPrimitives.ReadUInt16BigEndian(frame[2..]) : CloseCode.Normal;
        return frame.Length >= 2 && frame[0] == Close;
    }
}
