using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports.Flow;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans;

namespace Messenger.Grains.Users;

/// <summary>The devices of one user: how its grain reaches them.</summary>
internal sealed class OwnDevices(IGrainFactory grains, string userId, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Between tries of a resync: silos come back within seconds.</summary>
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5));

    private readonly HashSet<Task> _telling = [];
    private readonly Dictionary<string, IDeviceGrain> _references = new(StringComparer.Ordinal);

    /// <param name="application">Its name, see <see cref="ApplicationNames"/>.</param>
    public IDeviceGrain this[string application]
    {
        get
        {
            if (!_references.TryGetValue(application, out var device))
            {
                if (_references.Count == Applications.MaxApplications)
                {
                    _references.Clear();
                }

                _references[application] = device = grains.Device(DeviceKeys.Named(userId, application));
            }

            return device;
        }
    }

    /// <summary>Brings notifications to each of these but one. All are tried; throws when one failed.</summary>
    /// <param name="except">The name of the one that caused them, or null.</param>
    public Task Deliver(Application[] applications, Immutable<SerializedNotification[]> notifications, string? except)
    {
        // Nearly everyone has one device.
        if (applications is [var only])
        {
            return only.Name == except ? Task.CompletedTask : this[only.Name].Deliver(notifications);
        }

        return Task.WhenAll(Others(applications, except).Select(application => this[application.Name].Deliver(notifications)));
    }

    /// <summary>Each starts a new epoch. All are tried; throws when one failed.</summary>
    public Task RequireResync(IEnumerable<Application> applications) =>
        Task.WhenAll(applications.Select(application => this[application.Name].RequireResync()));

    /// <summary>Whether each has a connection now, in their order.</summary>
    public Task<bool[]> AreOnline(IEnumerable<Application> applications) =>
        Task.WhenAll(applications.Select(application => this[application.Name].IsOnline()));

    /// <summary>
    /// Tells each of these but one, or lets it resynchronise. Never throws, and need not be awaited: it is owned here and ended by <see cref="Drain"/>.
    /// </summary>
    /// <param name="push">What those that are away are woken with; null for nothing.</param>
    public Task Tell(IEnumerable<Application> applications, INotification notification, string? except, PushHint? push = null)
    {
        var notifications = new[] { SerializedNotification.From(notification, push, committed: timeProvider.GetUtcNow().ToUnixTimeMilliseconds()) }.AsImmutable();
        var telling = Task.WhenAll(Others(applications, except).Select(application => Tell(application.Name, notifications)));
        _telling.RemoveWhere(task => task.IsCompleted);
        _telling.Add(telling);
        return telling;
    }

    /// <summary>Waits until everything was told, or the token ends it.</summary>
    public Task Drain(CancellationToken cancellation) => Task.WhenAll(_telling).WaitAsync(cancellation);

    private static IEnumerable<Application> Others(IEnumerable<Application> applications, string? except) =>
        applications.Where(application => application.Name != except);

    private async Task Tell(string application, Immutable<SerializedNotification[]> notifications)
    {
        try
        {
            await this[application].Deliver(notifications);
        }
        catch (Exception fault)
        {
            // It may have arrived or not: require a resync rather than repeat it.
            UserLog.DeviceNotTold(logger, fault.GetType().Name);
            await RequireResyncUntilDelivered(application);
        }
    }

    private async Task RequireResyncUntilDelivered(string application)
    {
        for (var pause = Pauses.First; ; pause = Pauses.Next(pause))
        {
            await Task.Delay(pause, timeProvider);
            try
            {
                await this[application].RequireResync();
                return;
            }
            catch (Exception fault)
            {
                UserLog.DeviceNotTold(logger, fault.GetType().Name);
            }
        }
    }
}
