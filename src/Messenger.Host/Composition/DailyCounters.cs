using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Messenger.Host.Logging;
using Messenger.Ports;
using Messenger.Telemetry;

namespace Messenger.Host.Composition;

/// <summary>
/// Adds what this process counts to the figures of the day, once a minute and at the end: what a process that is killed had counted since is missing.
/// It listens to the same instruments as everybody who collects metrics, and to these alone.
/// </summary>
internal sealed class DailyCounters : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>By the signal's name: the figure, and the outcome that counts; null for all. Of a histogram each measurement is one.</summary>
    private static readonly Dictionary<string, (string Figure, string? Outcome)> Counted = new()
    {
        [Signals.Messages.Name] = (DailyFigureNames.Messages, null),
        [Signals.Notifications.Name] = (DailyFigureNames.Deliveries, null),
        [Signals.Received.Name] = (DailyFigureNames.BytesIn, null),
        [Signals.Sent.Name] = (DailyFigureNames.BytesOut, null),
        [Signals.Sms.Name] = (DailyFigureNames.Sms, "taken"),
        [Signals.PushOutcomes.Name] = (DailyFigureNames.Pushes, "taken"),
    };

    private readonly IDailyFigures _figures;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<DailyCounters> _logger;
    private readonly ConcurrentDictionary<string, StrongBox> _counts = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public DailyCounters(IDailyFigures figures, TimeProvider timeProvider, ILogger<DailyCounters> logger)
    {
        (_figures, _timeProvider, _logger) = (figures, timeProvider, logger);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Messenger.", StringComparison.Ordinal) && Counted.TryGetValue(instrument.Name, out var counted))
            {
                listener.EnableMeasurementEvents(instrument, (_counts.GetOrAdd(counted.Figure, _ => new StrongBox()), counted.Outcome));
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, labels, state) => Count(value, labels, state));
        _listener.SetMeasurementEventCallback<double>((_, _, labels, state) => Count(1, labels, state));
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, _timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Write();
        }
    }

    private static void Count(long value, ReadOnlySpan<KeyValuePair<string, object?>> labels, object? state)
    {
        var (count, outcome) = ((StrongBox, string?))state!;
        if (outcome is not null)
        {
            var counts = false;
            foreach (var label in labels)
            {
                counts |= label.Key == Labels.SmsOutcome.Name && label.Value is string given && given == outcome;
            }

            if (!counts)
            {
                return;
            }
        }

        Interlocked.Add(ref count.Value, value);
    }

    /// <summary>What cannot be written is added the next time; whether a write that failed was done nobody knows: then it is not repeated.</summary>
    private async Task Write()
    {
        var amounts = _counts.Select(one => (one.Key, Amount: Interlocked.Exchange(ref one.Value.Value, 0))).Where(one => one.Amount > 0).ToDictionary(one => one.Key, one => one.Amount);
        if (amounts.Count == 0)
        {
            return;
        }

        try
        {
            await _figures.Add(_timeProvider.GetUtcNow().ToUnixTimeSeconds() / 86_400, amounts);
        }
        catch (StoreUnavailableException)
        {
            Log.FiguresLost(_logger);
        }
    }

    private sealed class StrongBox
    {
        public long Value;
    }
}
