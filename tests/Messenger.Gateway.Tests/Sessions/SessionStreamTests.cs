using System.Buffers.Binary;
using System.Net.WebSockets;
using Messenger.Gateway.Transport;
using Messenger.Ports;
using Xunit;

namespace Messenger.Gateway.Tests.Sessions;

/// <summary>How often the socket's own stream is read for what .NET's WebSocket reads in pieces.</summary>
public class SessionStreamTests
{
    private const int Size = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task FramesThatCameTogetherAreReadAtOnce(int frames)
    {
        using var socket = new Arrived([.. Enumerable.Range(0, frames).SelectMany(number => Masked((byte)number))]);
        await using var stream = new SessionStream(socket, new Connection());
        using var webSocket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        for (var number = 0; number < frames; number++)
        {
            await webSocket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            var message = new byte[Size];
            var received = await webSocket.ReceiveAsync(message.AsMemory(), CancellationToken.None);
            Assert.True(received.EndOfMessage);
            Assert.All(message, one => Assert.Equal((byte)number, one));
        }

        Assert.Equal(1, socket.Reads);
    }

    private static byte[] Masked(byte content)
    {
        var frame = new byte[8 + Size];
        (frame[0], frame[1]) = (0x82, 0x80 | 126);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), Size);
        Array.Fill(frame, content, 8, Size);
        return frame;
    }

    private sealed class Arrived(byte[] bytes) : MemoryStream(bytes)
    {
        public int Reads { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reads += buffer.IsEmpty ? 0 : 1;
            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    private sealed class Connection : IUpgradedConnection
    {
        public Outbox Outbox { get; } = new(new GatewayOptions(), new MemoryBudget("outboxes", 1024), TimeProvider.System);

        public bool IsFlooding => false;

        public CancellationToken Aborted => CancellationToken.None;

        public void Heard(int count)
        {
        }

        public void WriteControl(ReadOnlySpan<byte> frame)
        {
        }
    }
}
