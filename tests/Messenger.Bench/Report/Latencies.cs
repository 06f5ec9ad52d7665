namespace Messenger.Bench.Report;

/// <summary>Latencies in ticks of the stopwatch, collected from several threads and read when they are done.</summary>
internal sealed class Latencies
{
    private readonly Lock _gate = new();
    private readonly List<long> _ticks = new(1 << 16);

    public void Add(long ticks)
    {
        lock (_gate)
        {
            _ticks.Add(ticks);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _ticks.Clear();
        }
    }

    /// <summary>In milliseconds; null when nothing was collected.</summary>
    public double? Percentile(double share)
    {
        lock (_gate)
        {
            if (_ticks.Count == 0)
            {
                return null;
            }

            _ticks.Sort();
            var at = (int)Math.Min(_ticks.Count - 1, Math.Ceiling(share * _ticks.Count) - 1);
            return _ticks[Math.Max(0, at)] * 1000.0 / System.Diagnostics.Stopwatch.Frequency;
        }
    }
}
