namespace Messenger.Simulation.Time;

/// <summary>A process, or a phone: what is killed, frozen and thawed as one. It has a clock and strands of its own.</summary>
internal sealed class Process
{
    private readonly List<Strand> _parkedStrands = [];
    private readonly List<Alarm> _parkedAlarms = [];

    public Process(Scheduler scheduler, string name)
    {
        (Scheduler, Name) = (scheduler, name);
        Clock = new ProcessClock(this);
        Main = new Strand(this);
    }

    public Scheduler Scheduler { get; }

    public string Name { get; }

    public ProcessClock Clock { get; }

    /// <summary>For whatever belongs to no actor: loops in the background, arrivals.</summary>
    public Strand Main { get; }

    public bool IsDead { get; private set; }

    public bool IsFrozen { get; private set; }

    public bool Runs => !IsDead && !IsFrozen;

    /// <summary>When it was last thawed; 0 for never.</summary>
    public long Thawed { get; private set; }

    public long Frozen { get; private set; }

    public void Kill() => IsDead = true;

    public void Freeze()
    {
        IsFrozen = true;
        Frozen = Scheduler.Now;
    }

    public void Thaw()
    {
        if (!IsFrozen)
        {
            return;
        }

        IsFrozen = false;
        Thawed = Scheduler.Now;
        foreach (var strand in _parkedStrands)
        {
            Scheduler.Enlist(strand);
        }

        _parkedStrands.Clear();
        var alarms = _parkedAlarms.ToArray();
        _parkedAlarms.Clear();
        foreach (var alarm in alarms)
        {
            Scheduler.At(this, Scheduler.Now, alarm.Ring);
        }
    }

    /// <summary>Whether a timer of this process rings now; one of a frozen process rings when it is thawed.</summary>
    public bool Take(Alarm alarm)
    {
        if (IsFrozen)
        {
            _parkedAlarms.Add(alarm);
        }

        return Runs;
    }

    public bool MayRun(Strand strand)
    {
        if (IsFrozen && !IsDead)
        {
            _parkedStrands.Add(strand);
        }

        return Runs;
    }
}

/// <summary>Turns that never overlap, in the order in which they were queued: an actor's, or a loop's. Every continuation is a step.</summary>
internal sealed class Strand : TaskScheduler
{
    private readonly Queue<Task> _queue = new();

    public Strand(Process process, string? name = null)
    {
        Name = name ?? process.Name;
        Process = process;
        Number = process.Scheduler.NextStrand();
    }

    public Process Process { get; }

    public string Name { get; }

    public int Number { get; }

    public override int MaximumConcurrencyLevel => 1;

    public void Post(Action action) => new Task(action).Start(this);

    /// <summary>Starts something that goes on by itself.</summary>
    public Task Start(Func<Task> action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public void Step()
    {
        var task = _queue.Dequeue();
        if (_queue.Count > 0)
        {
            Process.Scheduler.Enlist(this);
        }

        TryExecuteTask(task);
    }

    protected override void QueueTask(Task task)
    {
        Process.Scheduler.Guard("a continuation");
        _queue.Enqueue(task);
        if (_queue.Count == 1)
        {
            Process.Scheduler.Enlist(this);
        }
    }

    /// <summary>As Orleans does: what an actor's turn continues of its own goes on in the same turn. Who else comes next is the seed's choice.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        Process.Scheduler.Inlines && !taskWasPreviouslyQueued && ReferenceEquals(Current, this) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _queue;
}

/// <summary>A process's clock: the world's, perhaps some hours off, and timers that stand still while the process does.</summary>
internal sealed class ProcessClock(Process process) : TimeProvider
{
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => process.Scheduler.Date + Skew;

    public override long GetTimestamp() => process.Scheduler.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(process, callback, state, dueTime, period);

    private sealed class Timer : ITimer
    {
        private readonly Process _process;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private TimeSpan _period;
        private Alarm? _alarm;

        public Timer(Process process, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_process, _callback, _state) = (process, callback, state);
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _alarm?.Cancel();
            _alarm = null;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                _alarm = _process.Scheduler.After(_process, dueTime, Ring);
            }

            return true;
        }

        public void Dispose() => _alarm?.Cancel();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring()
        {
            if (_period > TimeSpan.Zero)
            {
                _alarm = _process.Scheduler.After(_process, _period, Ring);
            }

            _callback(_state);
        }
    }
}
