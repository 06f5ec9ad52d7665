
namespace Messenger.Client.Tests;

/// <summary>A clock that stands until it is moved, and tells when somebody has begun to wait by it.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private TaskCompletionSource _armed = New();
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(this, () => callback(state), dueTime);

    /// <summary>Completes when somebody waits for exactly so long.</summary>
    public async Task Armed(TimeSpan due)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_timers.Any(timer => timer.Asked == due))
                {
                    return;
                }

                changed = _armed.Task;
            }

            await changed.WaitAsync(Deadline.Frame);
        }
    }

    public void Advance(TimeSpan time)
    {
        List<Timer> due;
        lock (_lock)
        {
            _now += time.Ticks;
            due = _timers.FindAll(timer => timer.Due <= _now);
            _timers.RemoveAll(due.Contains);
        }

        due.ForEach(timer => timer.Fire());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Timer : ITimer
    {
        private readonly HandClock _clock;

        public Timer(HandClock clock, Action fire, TimeSpan due)
        {
            (_clock, Fire) = (clock, fire);
            Change(due, Timeout.InfiniteTimeSpan);
        }

        public Action Fire { get; }

        public TimeSpan Asked { get; private set; }

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_clock._lock)
            {
                _clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    (Asked, Due) = (dueTime, _clock._now + dueTime.Ticks);
                    _clock._timers.Add(this);
                    _clock._armed.SetResult();
                    _clock._armed = New();
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
