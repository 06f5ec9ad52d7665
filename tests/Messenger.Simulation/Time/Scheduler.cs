using System.Runtime.CompilerServices;

namespace Messenger.Simulation.Time;

/// <summary>
/// One thread, one clock. What could run next is a list of strands, and the seed chooses among them; when nothing can run, time goes on to the
/// next timer. So a run is what its seed makes of it, and comes again.
/// </summary>
internal sealed class Scheduler(int seed)
{
    /// <summary>Steps without the clock moving after which something runs in a circle.</summary>
    private const int Livelock = 200_000;

    /// <summary>Where the virtual clock begins; any day will do, and it is none on which a test could depend.</summary>
    private static readonly DateTimeOffset Beginning = new(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<Strand> _ready = [];
    private readonly PriorityQueue<Alarm, (long Due, long Order)> _alarms = new();
    private long _order;
    private int _strands;
    private ulong _trace = 14695981039346656037UL;

    public int Seed => seed;

    /// <summary>Chooses what runs next and how long things take. What is to happen is drawn from generators of its own: <see cref="Draw"/>.</summary>
    public Random Chance { get; } = new(seed);

    /// <summary>Since the beginning, in ticks of 100 ns.</summary>
    public long Now { get; private set; }

    public DateTimeOffset Date => Beginning.AddTicks(Now);

    /// <summary>Steps of strands and alarms: what a run is measured by.</summary>
    public long Events { get; private set; }

    /// <summary>Of every step: two runs of a seed are the same run when this is.</summary>
    public ulong Trace => _trace;

    /// <summary>The first thing that was found to be wrong.</summary>
    public Violation? Violation { get; private set; }

    /// <summary>What happened of note, the newest last.</summary>
    public Queue<string> Diary { get; } = new();

    /// <summary>A generator that nothing else draws from, so that leaving one fault out leaves the others as they are.</summary>
    public Random Draw(int purpose) => new(unchecked((seed * 7919) + (purpose * 104729) + 1));

    /// <summary>The rules that are asked; null: all.</summary>
    public IReadOnlyCollection<string>? Only { get; init; }

    /// <summary>Rules that are not asked.</summary>
    public IReadOnlyCollection<string>? Waived { get; init; }

    public void Fail(string rule, string what)
    {
        if (Only?.Contains(rule) != false && Waived?.Contains(rule) != true)
        {
            Violation ??= new Violation(rule, what, Now);
        }
    }

    public void Note([InterpolatedStringHandlerArgument("")] ref NoteHandler text) => Keep(text.Text);

    public void Mix(long value)
    {
        _trace = (_trace ^ (ulong)value) * 1099511628211UL;
    }

    public Alarm At(Process? owner, long due, Action action)
    {
        Guard("a timer");
        var alarm = new Alarm(owner, action);
        _alarms.Enqueue(alarm, (Math.Max(due, Now), _order++));
        return alarm;
    }

    public Alarm After(Process? owner, TimeSpan pause, Action action) => At(owner, Now + pause.Ticks, action);

    public TimeSpan Between(double fromMilliseconds, double toMilliseconds) =>
        TimeSpan.FromMilliseconds(fromMilliseconds + (Chance.NextDouble() * (toMilliseconds - fromMilliseconds)));

    public void Enlist(Strand strand) => _ready.Add(strand);

    public int NextStrand() => ++_strands;

    /// <summary>Whoever comes from another thread has left the simulation: nothing that follows would repeat.</summary>
    public void Guard(string what)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Fail("DETERMINISM", $"{what} came from another thread: {Environment.StackTrace}");
        }
    }

    /// <summary>Runs until a time, or until something is wrong.</summary>
    public void Run(long until)
    {
        var still = 0;
        while (Violation is null)
        {
            if (_ready.Count > 0)
            {
                Step();
                if (++still > Livelock)
                {
                    Fail("PROGRESS", $"the clock stands still: {string.Join(", ", _ready.Select(strand => strand.Name).Distinct().Take(10))} run in a circle");
                }

                continue;
            }

            if (!_alarms.TryPeek(out _, out var next) || next.Due > until)
            {
                Now = until;
                return;
            }

            still = Now == next.Due ? still : 0;
            Now = next.Due;
            var alarm = _alarms.Dequeue();
            if (alarm.IsOver || alarm.Owner?.Take(alarm) == false)
            {
                continue;
            }

            Events++;
            Mix(next.Due);
            alarm.Ring();
        }
    }

    /// <summary>Whether a turn goes on with what it has just made possible, as Orleans does; else that is a turn of its own.</summary>
    public bool Inlines { get; init; } = true;

    internal bool Notes { get; set; }

    private void Keep(string text)
    {
        Diary.Enqueue($"{TimeSpan.FromTicks(Now).TotalSeconds,9:0.0000} {text}");
        if (Diary.Count > 400)
        {
            Diary.Dequeue();
        }
    }

    private void Step()
    {
        var at = _ready.Count == 1 ? 0 : Chance.Next(_ready.Count);
        var strand = _ready[at];
        _ready[at] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (!strand.Process.MayRun(strand))
        {
            return;
        }

        Events++;
        Mix(strand.Number);
        strand.Step();
    }

    /// <summary>Text of a note, made only when somebody will read it.</summary>
    [InterpolatedStringHandler]
    public ref struct NoteHandler
    {
        private DefaultInterpolatedStringHandler _inner;
        private readonly bool _wanted;

        public NoteHandler(int literals, int holes, Scheduler scheduler, out bool wanted)
        {
            wanted = _wanted = scheduler.Notes;
            _inner = wanted ? new(literals, holes) : default;
        }

        public void AppendLiteral(string value) => _inner.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

        public string Text => _wanted ? _inner.ToStringAndClear() : "";
    }
}

/// <summary>A rule that did not hold.</summary>
/// <param name="Rule">Its id in the protocol, or its name here.</param>
internal sealed record Violation(string Rule, string What, long At)
{
    public override string ToString() => $"{Rule} at {TimeSpan.FromTicks(At).TotalSeconds:0.0000} s: {What}";
}

/// <summary>Something to be done at a time.</summary>
internal sealed class Alarm(Process? owner, Action action)
{
    public Process? Owner => owner;

    public bool IsOver { get; private set; }

    public void Cancel() => IsOver = true;

    public void Ring()
    {
        if (!IsOver)
        {
            IsOver = true;
            action();
        }
    }
}
