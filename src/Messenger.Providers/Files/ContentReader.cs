using Messenger.Ports;

namespace Messenger.Providers.Files;

/// <summary>Reads what a client sends, and tells its faults from the store's.</summary>
internal sealed class ContentReader(Stream content)
{
    /// <summary>Why the content ended before its time; null when it did not.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Bytes read; 0 at the end, also when that is a fault. A cancellation is thrown: what was read since the last progress is of no use then.</summary>
    public async ValueTask<int> Read(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever the reader throws ends the content; it is thrown once what came before is safe.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Fault = fault;
            return 0;
        }
    }

    /// <summary>Throws what broke the content.</summary>
    public void ThrowIfBroken()
    {
        if (Fault is { } fault)
        {
            throw new ContentBrokenException("the content ended before its time", fault);
        }
    }
}
