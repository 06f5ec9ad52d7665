using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Ports.Flow;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Messenger.Grains.Quotas;

/// <inheritdoc cref="IQuotaGrain"/>
[SiloRole(SiloRoles.Worker), ByKey]
internal sealed class QuotaGrain(TimeProvider timeProvider, ILogger<QuotaGrain> logger) : Grain, IQuotaGrain
{
    private LazyState<QuotaWindow> _window = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _window = new LazyState<QuotaWindow>(GrainContext, "quota", logger);
        return Task.CompletedTask;
    }

    /// <summary>What is over leaves no row: its key names an address or a part of a phone number.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            if ((await _window.Load()).Until <= Now)
            {
                await _window.Erase();
            }
        }
        catch (StoreUnavailableException)
        {
            // Logged where it happened. The row stays, and counts nothing any more.
        }
    }

    public async Task<int> Take(int most, TimeSpan over)
    {
        var (now, wait) = (TimeSpan.FromMilliseconds(Now), 0);
        await _window.Change(before =>
        {
            var window = new FixedWindow(before.Count, TimeSpan.FromMilliseconds(before.Until)).At(now, over);
            wait = window.SecondsUntilRoom(now, most);
            return wait > 0 ? before : new QuotaWindow { Count = window.Add(most).Count, Until = (long)window.Ends.TotalMilliseconds };
        });
        return wait;
    }

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>A quota as stored.</summary>
[GenerateSerializer, Immutable]
internal sealed record QuotaWindow
{
    [Id(0)]
    public int Count { get; init; }

    /// <summary>Milliseconds since the Unix epoch.</summary>
    [Id(1)]
    public long Until { get; init; }
}
