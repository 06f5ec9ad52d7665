using System.Security.Cryptography;
using Messenger.Ports;

namespace Messenger.Gateway.Files;

/// <summary>A request's body on its way to the store: counted, hashed where the client gave a checksum, and ended when the process stops.</summary>
internal sealed class UploadContent(Stream body, IncrementalHash? hash, CancellationToken aborted, CancellationToken stopping) : ForwardStream
{
    private readonly CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);

    public long Count { get; private set; }

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

    /// <summary>Whether the body goes on where the file has everything.</summary>
    public async Task<bool> HasMore() => await ReadAsync(new byte[1]) > 0;

    protected override void Dispose(bool disposing)
    {
        ended.Dispose();
        base.Dispose(disposing);
    }
}
