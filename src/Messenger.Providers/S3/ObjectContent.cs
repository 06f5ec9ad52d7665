using Amazon.S3.Model;
using Messenger.Ports;

namespace Messenger.Providers.S3;

/// <summary>An object's bytes as they come. A store that fails or falls silent on the way is told as such.</summary>
internal sealed class ObjectContent(GetObjectResponse answer, TimeSpan patience) : ForwardStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await answer.ResponseStream.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(patience, cancellationToken);
        }
        catch (Exception fault) when (S3Client.IsAway(fault))
        {
            throw new StoreUnavailableException("the object store stopped answering", fault);
        }
    }

    protected override void Dispose(bool disposing)
    {
        answer.Dispose();
        base.Dispose(disposing);
    }
}
