using Messenger.Gateway.Sessions;

namespace Messenger.Host.Composition;

/// <summary>Empties the gateway while everything else still runs: requests under way are answered before the silo leaves.</summary>
internal sealed class DrainOnStop(Drain drain) : IHostedLifecycleService
{
    /// <summary>What the silo has left to hand its actors over.</summary>
    private static readonly TimeSpan ForTheSilo = TimeSpan.FromSeconds(25);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Server.ShutdownLimit - ForTheSilo);
        await drain.Run(limit.Token);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
