using Orleans.Runtime;

namespace Messenger.Grains.Fanout;

/// <summary>
/// The hand-overs that this silo's actors have under way as calls, wherever the user's actor is. A silo that leaves asks that those are over which came by way of
/// it and were passed on, and that no more come: it knows no more where actors live, and who calls takes what it rejects for what may have arrived.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class HandOvers(ISiloStatusOracle silos, TimeProvider timeProvider)
{
    /// <summary>What is left of a silo's stop takes less than a second, several on a machine that is full.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    internal static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Dictionary<SiloAddress, long> _leaving = [];
    private Generation _current = new();
    private Task _earlier = Task.CompletedTask;

    /// <summary>One begins, when no silo is about to be gone; it ends when the answer is disposed of.</summary>
    public async ValueTask<HandOver> Begin()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_leaving.Count == 0 || !IsPaused())
                {
                    _current.Add();
                    return new HandOver(_current);
                }
            }

            await Task.Delay(Recheck, timeProvider);
        }
    }

    /// <summary>
    /// None begins any more until this silo is dead. Completes when every one is over that is under way now, however it ends.
    /// </summary>
    public Task Pause(SiloAddress leaving)
    {
        lock (_gate)
        {
            _leaving[leaving] = timeProvider.GetTimestamp();
            _current.Done();
            var ended = _current.Over;
            _current = new Generation();
            return _earlier = _earlier.IsCompleted ? ended : Task.WhenAll(_earlier, ended);
        }
    }

    private bool IsPaused()
    {
        foreach (var (silo, since) in _leaving)
        {
            if (silos.IsDeadSilo(silo) || timeProvider.GetElapsedTime(since) >= LongestPause)
            {
                // Removing does not end an enumeration of a dictionary.
                _leaving.Remove(silo);
            }
        }

        return _leaving.Count > 0;
    }

    /// <summary>One that is under way.</summary>
    internal readonly struct HandOver(Generation generation) : IDisposable
    {
        public void Dispose() => generation.Done();
    }

    /// <summary>Those that began between two pauses.</summary>
    internal sealed class Generation
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>One more than are under way, until no other can join.</summary>
        private int _count = 1;

        public void Add() => Interlocked.Increment(ref _count);

        public Task Over => _over.Task;

        public void Done()
        {
            if (Interlocked.Decrement(ref _count) == 0)
            {
                _over.TrySetResult();
            }
        }
    }
}
