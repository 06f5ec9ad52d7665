using System.Collections.Concurrent;
using Messenger.Contracts;

namespace Messenger.Gateway.Files;

/// <summary>The uploads that this process is receiving. Whoever takes one over has its receiver here let go, or ends it.</summary>
internal sealed class ActiveUploads(TimeProvider timeProvider) : IUploadReceivers
{
    /// <summary>How long letting go may take: what came is flushed to the disk, or sent to the object store. A client waits for it.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<Guid, Receiver> _running = new();

    public async Task Release(Guid upload)
    {
        if (_running.TryGetValue(upload, out var receiver))
        {
            receiver.Release();
            await receiver.Left.WaitAsync(Timeout, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends whoever receives this upload here, at once: what came and is not recorded is lost.</summary>
    public void End(Guid upload)
    {
        if (_running.TryGetValue(upload, out var receiver))
        {
            receiver.End();
        }
    }

    /// <summary>Enters a receiver, to be disposed of when it is done.</summary>
    public Receiver Enter(Guid upload)
    {
        FilesMeter.Entered();
        var receiver = new Receiver(this, upload);
        _running[upload] = receiver;
        return receiver;
    }

    /// <summary>One entry.</summary>
    public sealed class Receiver(ActiveUploads all, Guid upload) : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();
        private readonly CancellationTokenSource _released = new();
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Cancelled when the upload was taken over: nothing more can be recorded.</summary>
        public CancellationToken Ended => _ended.Token;

        /// <summary>Cancelled when somebody waits for the upload: what came is to be recorded, and nothing more read.</summary>
        public CancellationToken Released => _released.Token;

        /// <summary>Completes when it is done.</summary>
        public Task Left => _left.Task;

        public void End() => _ended.Cancel();

        public void Release() => _released.Cancel();

        public void Dispose()
        {
            // Not the sources themselves: who ends it may hold them just now, and they have no timers to be freed.
            all._running.TryRemove(KeyValuePair.Create(upload, this));
            _left.TrySetResult();
            FilesMeter.Left();
        }
    }
}
