using System.Diagnostics.Metrics;
using Messenger.Telemetry;

namespace Messenger.Providers.Commits;

/// <summary>What the log tells of its commits, under the meter <c>Messenger.Providers</c>.</summary>
internal sealed class CommitMeter : IDisposable
{
    public const string Name = "Messenger.Providers";

    private readonly Meter _meter = new(Name);
    private readonly Histogram<int> _entries;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _messages;
    private long _failures;
    private long _transactions;

    /// <param name="waiting">Entries that wait for a transaction.</param>
    /// <param name="available">Whether the last attempt reached the store.</param>
    public CommitMeter(Func<int> waiting, Func<bool> available)
    {
        _entries = Signals.CommitSize.Sizes(_meter);
        _duration = Signals.CommitDuration.Histogram(_meter);
        _messages = Signals.Messages.Counter(_meter);
        Signals.CommitFailures.Sum(_meter, () => Interlocked.Read(ref _failures));
        Signals.LogWaiting.Gauge(_meter, () => waiting());
        Signals.LogAvailable.Gauge(_meter, () => available() ? 1 : 0);
    }

    /// <summary>Transactions that were committed since the start.</summary>
    public long Transactions => Interlocked.Read(ref _transactions);

    /// <param name="messages">Those that people sent.</param>
    public void Committed(int count, int messages, TimeSpan took)
    {
        if (messages > 0)
        {
            _messages.Add(messages);
        }

        Interlocked.Increment(ref _transactions);
        _entries.Record(count);
        _duration.Record(took.TotalSeconds);
    }

    public void Failed() => Interlocked.Increment(ref _failures);

    public void Dispose() => _meter.Dispose();
}
