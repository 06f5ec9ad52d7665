using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Messenger.Ports;

namespace Messenger.Gateway.Files;

/// <summary>A request's body on its way to the store, hashed where the client gave a checksum.</summary>
/// <remarks>
/// A read that waits is called off at the pipe, which leaves the body readable. A token would not: the server could not take the rest from the client,
/// and would close its connection.
/// </remarks>
internal sealed class UploadContent : ForwardStream
{
    /// <summary>What is taken after the end: as much as the server may have buffered of it. Who still sends must not hold the upload for ever.</summary>
    private const int MaxLate = 1024 * 1024;

    private readonly PipeReader _body;
    private readonly IncrementalHash? _hash;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenRegistration _callingOff;
    private int _late;

    /// <param name="over">Each of these ends it: the connection was cut, the process stops, somebody else wants the upload.</param>
    public UploadContent(PipeReader body, IncrementalHash? hash, params CancellationToken[] over)
    {
        (_body, _hash) = (body, hash);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(over);
        _callingOff = _ended.Token.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), body);
    }

    /// <summary>Its end comes as an <see cref="IOException"/>, so that the store keeps what has come.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The token that takes an upload away is the store's, and what is there already does not count then.
        cancellationToken.ThrowIfCancellationRequested();
        using var taken = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _ended);
        try
        {
            while (true)
            {
                var result = await Next();
                var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, buffer.Length));
                part.CopyTo(buffer.Span);
                var read = (int)part.Length;
                _body.AdvanceTo(part.End);
                if (read > 0 || result.IsCompleted)
                {
                    _hash?.AppendData(buffer.Span[..read]);
                    _late += _ended.IsCancellationRequested ? read : 0;
                    return read;
                }

                if (result.IsCanceled)
                {
                    _ended.Token.ThrowIfCancellationRequested();
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("the connection was cut, this gateway stops, or the upload was taken over");
        }
    }

    /// <summary>Whether the body goes on where the file has everything.</summary>
    public async Task<bool> HasMore() => await ReadAsync(new byte[1]) > 0;

    protected override void Dispose(bool disposing)
    {
        _callingOff.Dispose();
        _ended.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>What has come is taken also after the end: the client has sent it, and need not send it again.</summary>
    private ValueTask<ReadResult> Next()
    {
        if (_late < MaxLate && _body.TryRead(out var here))
        {
            return ValueTask.FromResult(here);
        }

        _ended.Token.ThrowIfCancellationRequested();
        return _body.ReadAsync(CancellationToken.None);
    }
}
