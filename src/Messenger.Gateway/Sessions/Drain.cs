using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Sessions;

/// <summary>Empties the gateway before it stops, at a pace that the others can take over.</summary>
public sealed class Drain
{
    /// <summary>Between two batches.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    /// <summary>The least spread: even a handful of clients do not come back in one instant.</summary>
    private static readonly TimeSpan LeastSpread = TimeSpan.FromSeconds(1);

    private readonly SessionTable _sessions;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<Drain> _logger;

    public Drain(SessionTable sessions, IOptions<GatewayOptions> options, TimeProvider timeProvider, ILogger<Drain> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_sessions, _options, _timeProvider, _logger) = (sessions, options.Value, timeProvider, logger);
    }

    /// <summary>How long closing so many connections takes; see <see cref="GatewayOptions.DrainPerSecond"/>.</summary>
    public TimeSpan Expected(int count) => TimeSpan.FromSeconds((double)count / _options.DrainPerSecond);

    /// <summary>
    /// Refuses new connections (503) and closes those there are with 1001, <see cref="GatewayOptions.DrainPerSecond"/> of them a second.
    /// Completes when the last one has gone, or when the gateway is to take connections again (<see cref="SessionTable.Resume"/>).
    /// </summary>
    /// <param name="impatient">Cancelled: the rest is closed at once, and not waited for.</param>
    public async Task Run(CancellationToken impatient)
    {
        _sessions.StopAccepting();
        var rest = new Queue<Session>(_sessions.All);
        var spread = Expected(rest.Count);
        spread = spread < LeastSpread ? LeastSpread : spread;
        Log.Draining(_logger, rest.Count, spread.TotalSeconds);

        var started = _timeProvider.GetTimestamp();
        var closed = 0;
        while (rest.Count > 0 && _sessions.IsDraining)
        {
            // What is due by now, so that a late wake-up does not lengthen the drain; a batch ahead, so that a few go at once.
            var due = impatient.IsCancellationRequested
                ? int.MaxValue
                : (int)Math.Ceiling((_timeProvider.GetElapsedTime(started) + Pace).TotalSeconds * _options.DrainPerSecond);
            for (; closed < due && rest.TryDequeue(out var session); closed++)
            {
                session.Retire(Reason(spread));
            }

            GatewayMeter.Draining = _sessions.Count;
            if (rest.Count > 0)
            {
                await Pause(impatient);
            }
        }

        while (_sessions.Count > 0 && _sessions.IsDraining && !impatient.IsCancellationRequested)
        {
            // Who slipped in while the door closed.
            foreach (var session in _sessions.All.Where(session => !session.IsDeaf))
            {
                session.Retire(Reason(spread));
            }

            GatewayMeter.Draining = _sessions.Count;
            await Pause(impatient);
        }

        GatewayMeter.Draining = _sessions.IsDraining ? _sessions.Count : 0;
    }

    private static string Reason(TimeSpan spread) =>
        string.Create(CultureInfo.InvariantCulture, $"reconnect-after-ms={Random.Shared.Next((int)spread.TotalMilliseconds)}");

    private async Task Pause(CancellationToken impatient) =>
        await Task.Delay(Pace, _timeProvider, impatient).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
