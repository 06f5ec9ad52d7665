using System.Collections.Concurrent;

namespace Messenger.Gateway.Files;

/// <summary>The uploads that this process is receiving. Whoever takes one over ends its receiver here at once; other gateways find out within seconds.</summary>
internal sealed class Receivers
{
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> running = new();

    /// <summary>Ends whoever receives this upload here.</summary>
    public void End(Guid upload)
    {
        if (running.TryGetValue(upload, out var receiver))
        {
            receiver.Cancel();
        }
    }

    /// <summary>Enters a receiver, to be disposed of when it is done.</summary>
    public Receiver Enter(Guid upload)
    {
        FilesMeter.Entered();
        var receiver = new CancellationTokenSource();
        running[upload] = receiver;
        return new Receiver(this, upload, receiver);
    }

    /// <summary>One entry.</summary>
    public sealed class Receiver(Receivers all, Guid upload, CancellationTokenSource source) : IDisposable
    {
        /// <summary>Cancelled when the upload was taken over.</summary>
        public CancellationToken Token => source.Token;

        public void End() => source.Cancel();

        public void Dispose()
        {
            // Not the source itself: who ends it may hold it just now, and it has no timer to be freed.
            all.running.TryRemove(KeyValuePair.Create(upload, source));
            FilesMeter.Left();
        }
    }
}
