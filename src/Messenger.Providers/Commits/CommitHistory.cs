using System.Diagnostics.Metrics;
using Messenger.Telemetry;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Commits;

/// <summary>How many commits each writer has made, as far as this process has seen. The store counts them in the commits themselves.</summary>
/// <remarks>
/// Exact for this process's own commits, and as new as the last look for those of others, of whom some may be dead and remember nothing any more.
/// A number that is lower than one that was seen cannot be but by a store that went back in time.
/// </remarks>
internal sealed class CommitHistory(string self, ILogger<CommitHistory> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _most = new(StringComparer.Ordinal);
    private readonly Meter _meter = new(CommitMeter.Name);
    private long _steps;
    private long _lost;
    private bool _metered;
    private bool _retired;

    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>What is known before the store is asked: what is committed meanwhile must not look like what is missing.</summary>
    public Known Before()
    {
        lock (_gate)
        {
            return new Known(_steps, new(_most));
        }
    }

    /// <summary>One more of this process's commits was acknowledged.</summary>
    public void Committed()
    {
        lock (_gate)
        {
            _most[self] = _most.GetValueOrDefault(self) + 1;
        }
    }

    /// <summary>This process gives its name up: that it is gone means nothing.</summary>
    public void Retiring()
    {
        lock (_gate)
        {
            _retired = true;
        }
    }

    /// <param name="before">As it was before <paramref name="stored"/> was read.</param>
    public void Compare(Known before, IReadOnlyDictionary<string, long> stored)
    {
        lock (_gate)
        {
            if (before.Steps != _steps)
            {
                // Somebody else saw the step meanwhile, and what was known before it is no measure.
                return;
            }

            if (!_metered)
            {
                _metered = true;
                Signals.LogLost.Sum(_meter, () => Interlocked.Read(ref _lost));
            }

            // Another writer's name goes when it was taken over. This process's own goes so too, or with a store that is older than the process.
            var missing = before.Commits.Sum(seen => stored.TryGetValue(seen.Key, out var now) ? Math.Max(0, seen.Value - now) : 0);
            var nameless = before.Commits.ContainsKey(self) && !stored.ContainsKey(self) && !_retired;
            foreach (var gone in _most.Keys.Where(name => name != self && !stored.ContainsKey(name)).ToList())
            {
                _most.Remove(gone);
            }

            foreach (var (name, now) in stored)
            {
                _most[name] = missing > 0 ? now : Math.Max(now, _most.GetValueOrDefault(name));
            }

            if (nameless)
            {
                _most.Remove(self);
                Log.WriterNameGone(logger, self);
            }

            if (missing > 0)
            {
                Interlocked.Add(ref _lost, missing);
                Log.StoreWentBack(logger, missing);
            }

            if (missing > 0 || nameless)
            {
                Interlocked.Increment(ref _steps);
            }
        }
    }

    public void Dispose() => _meter.Dispose();

    public readonly record struct Known(long Steps, Dictionary<string, long> Commits);
}
