namespace Messenger.Gateway.Transport;

/// <summary>Whose socket it is: what its bytes are told to, and what writes them.</summary>
internal interface IUpgradedConnection
{
    /// <summary>The socket's one writer.</summary>
    Outbox Outbox { get; }

    /// <summary>Whether nothing is read of it any more.</summary>
    bool IsFlooding { get; }

    /// <summary>Cancelled when the connection is cut.</summary>
    CancellationToken Aborted { get; }

    /// <summary>Bytes came from the client.</summary>
    void Heard(int count);

    /// <summary>A frame that .NET's WebSocket wrote: a pong, or the close frame after what no client may send.</summary>
    void WriteControl(ReadOnlySpan<byte> frame);
}
