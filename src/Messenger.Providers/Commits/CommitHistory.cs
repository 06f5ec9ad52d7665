using System.Diagnostics.Metrics;
using Messenger.Telemetry;
using Microsoft.Extensions.Logging;

namespace Messenger.Providers.Commits;

/// <summary>How many commits each writer has made, as far as this process has seen. The store counts them in the commits themselves.</summary>
/// <remarks>
/// Never more than the store had: for this process's own commits those that were acknowledged, since the writer last connected, on top of what it found then;
/// for those of others, of whom some may be dead and remember nothing any more, what the last look saw. So a number in the store that is lower than
/// one that is known here cannot be but by a store that went back in time.
/// </remarks>
internal sealed class CommitHistory(string self, ILogger<CommitHistory> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _most = new(StringComparer.Ordinal);
    private readonly Meter _meter = new(CommitMeter.Name);
    private long _steps;
    private long _lost;
    private bool _metered;

    /// <summary>A commit of this process is under way: the store may have counted it, and its acknowledgement will count it here.</summary>
    private bool _writing;

    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>What is known before the store is asked: what is committed meanwhile must not look like what is missing.</summary>
    public Known Before()
    {
        lock (_gate)
        {
            return new Known(_steps, new(_most));
        }
    }

    /// <summary>This process begins a commit. One at a time.</summary>
    public void Committing()
    {
        lock (_gate)
        {
            _writing = true;
        }
    }

    /// <summary>One more of this process's commits was acknowledged.</summary>
    public void Committed()
    {
        lock (_gate)
        {
            _writing = false;
            _most[self] = _most.GetValueOrDefault(self) + 1;
        }
    }

    /// <summary>A look by this process's writer, which has just connected: no earlier commit of it can come to be any more.</summary>
    /// <inheritdoc cref="Compare"/>
    public void Connected(Known before, Stored stored)
    {
        lock (_gate)
        {
            _writing = false;
            Compare(before, stored);
            if (stored.Commits.TryGetValue(self, out var own))
            {
                // What it never heard of, and is there, is counted from now on.
                _most[self] = own;
            }
        }
    }

    /// <param name="before">As it was before <paramref name="stored"/> was read.</param>
    public void Compare(Known before, Stored stored)
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

            // A name goes when it is given up, at the end of its process or by who took over from it: then all is told that it owed, and the store says so.
            // This process's own goes without a word only with a store that is older than the process; another one may have had no time to be seen here.
            var missing = before.Commits.Sum(seen => stored.Commits.TryGetValue(seen.Key, out var now) ? Math.Max(0, seen.Value - now) : 0);
            var nameless = before.Commits.ContainsKey(self) && !stored.Commits.ContainsKey(self) && !stored.Retired.Contains(self);
            foreach (var gone in _most.Keys.Where(name => name != self && !stored.Commits.ContainsKey(name)).ToList())
            {
                _most.Remove(gone);
            }

            // Not this process's own: of what the store has more, the acknowledgement may be on its way, and would count it again.
            foreach (var (name, now) in stored.Commits.Where(one => one.Key != self))
            {
                _most[name] = missing > 0 ? now : Math.Max(now, _most.GetValueOrDefault(name));
            }

            if (missing > 0 && stored.Commits.TryGetValue(self, out var own))
            {
                _most[self] = Math.Min(_most.GetValueOrDefault(self), _writing ? own - 1 : own);
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

    /// <summary>What the store has, of one moment.</summary>
    public sealed class Stored
    {
        public Dictionary<string, long> Commits { get; } = new(StringComparer.Ordinal);

        /// <summary>Names that were given up in order.</summary>
        public HashSet<string> Retired { get; } = new(StringComparer.Ordinal);
    }
}
