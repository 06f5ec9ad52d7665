using Messenger.Gateway.Sessions;

namespace Messenger.Host.Composition;

/// <summary>Sends the clients elsewhere before anything else stops: while they are told, requests are still served.</summary>
internal sealed class DrainOnStop(Drain drain) : IHostedLifecycleService
{
    /// <summary>Runs before any service stops; the token ends with the host's shutdown limit.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => drain.Run(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
