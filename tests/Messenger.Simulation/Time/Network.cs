namespace Messenger.Simulation.Time;

/// <summary>
/// Carries messages between processes: in order between two of them, as a connection does, and as it likes between others. A way that is cut
/// holds what is on it; when it is joined again that arrives late, or is lost with its connection.
/// </summary>
internal sealed class Network(Scheduler scheduler)
{
    private readonly Dictionary<(Process From, Process To), Way> _ways = [];

    /// <summary>How much slower everything is; 1 on a good day.</summary>
    public double Slowness { get; set; } = 1;

    public bool IsCut(Process from, Process to) => _ways.TryGetValue((from, to), out var way) && way.Held is not null;

    public void Send(Process from, Process to, Action arrive)
    {
        if (from.IsDead || to.IsDead)
        {
            return;
        }

        var way = WayOf(from, to);
        if (way.Held is { } held)
        {
            held.Add(arrive);
            return;
        }

        // Mostly a fraction of a millisecond; now and then a thousand times that.
        var chance = scheduler.Chance;
        var milliseconds = chance.Next(200) == 0 ? chance.NextDouble() * 80 : 0.1 + (chance.NextDouble() * 0.9);
        way.Last = Math.Max(way.Last + 1, scheduler.Now + (long)(milliseconds * Slowness * TimeSpan.TicksPerMillisecond));
        scheduler.At(to, way.Last, arrive);
    }

    public void Cut(Process from, Process to) => WayOf(from, to).Held ??= [];

    /// <param name="lost">The connection was given up meanwhile: what was held does not arrive.</param>
    public void Join(Process from, Process to, bool lost)
    {
        var way = WayOf(from, to);
        if (way.Held is not { } held)
        {
            return;
        }

        way.Held = null;
        if (!lost)
        {
            held.ForEach(arrive => Send(from, to, arrive));
        }
    }

    public void JoinAll()
    {
        foreach (var (from, to) in _ways.Where(way => way.Value.Held is not null).Select(way => way.Key).ToList())
        {
            Join(from, to, lost: false);
        }
    }

    private Way WayOf(Process from, Process to) => _ways.TryGetValue((from, to), out var way) ? way : _ways[(from, to)] = new Way();

    private sealed class Way
    {
        public long Last { get; set; }

        public List<Action>? Held { get; set; }
    }
}
