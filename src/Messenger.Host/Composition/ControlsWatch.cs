using Messenger.Gateway;
using Messenger.Gateway.Sessions;
using Messenger.Grains.Registration;
using Messenger.Host.Configuration;
using Messenger.Host.Logging;
using Messenger.Ports;

namespace Messenger.Host.Composition;

/// <summary>Follows what the operator sets while the server runs. While the store is away all stays as it was.</summary>
internal sealed class ControlsWatch(
    IServerControls controls, RegistrationPause registration, LiveNotice notice, IServiceProvider services, IHostApplicationLifetime lifetime, TimeProvider timeProvider, ILogger<ControlsWatch> logger)
    : BackgroundService
{
    /// <summary>An operator waits for it, and it is one small read.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>By the operator, and not because the process stops.</summary>
    private Task? _drain;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        do
        {
            try
            {
                Follow(await controls.List(), stoppingToken);
            }
            catch (StoreUnavailableException)
            {
                // The store tells of itself.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(tick => tick.IsCompletedSuccessfully && tick.Result, TaskScheduler.Default));
    }

    private void Follow(IReadOnlyList<ServerControl> all, CancellationToken stopping)
    {
        string? Value(string name) => all.FirstOrDefault(control => control.Name == name)?.Value;
        registration.Reason = Value(ServerControlNames.RegistrationPaused);
        notice.Text = Value(ServerControlNames.Notice);
        if (services.GetService<SessionTable>() is not { } sessions)
        {
            return;
        }

        var drained = Value(ServerControlNames.Drain(InstanceName.Value)) is not null;
        if (drained && !sessions.IsDraining)
        {
            // Not awaited: it lasts minutes, and may be taken back meanwhile.
            Log.DrainedByOperator(logger);
            _drain = services.GetRequiredService<Drain>().Run(stopping);
        }
        else if (!drained && _drain is not null && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            Log.ResumedByOperator(logger);
            _drain = null;
            sessions.Resume();
        }
    }
}
