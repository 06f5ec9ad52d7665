using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Messenger.Grains.Pushes;

/// <inheritdoc cref="IPushTokenGrain"/>
[SiloRole(SiloRoles.Worker), ByKey]
internal sealed class PushTokenGrain(ILogger<PushTokenGrain> logger) : Grain, IPushTokenGrain
{
    private LazyState<PushTokenOwner> _owner = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _owner = new LazyState<PushTokenOwner>(GrainContext, "push-token", logger);
        return Task.CompletedTask;
    }

    public async Task Take(string device, string token)
    {
        // The row first: who sets it at this moment, and asks afterwards, must not be told that it has it still. Whom it was taken from stays in
        // the row until it has forgotten the token, so that a retry goes on where a crash or a store ended this.
        var row = await _owner.Change(before => before.Device == device ? before : new PushTokenOwner
        {
            Device = device,
            Former = [.. before.Former.Append(before.Device).OfType<string>().Where(former => former != device).Distinct()],
        });
        foreach (var former in row.Former)
        {
            await GrainFactory.GetGrain<IUserPushes>(DeviceKeys.UserOf(former)).LoseToken(DeviceKeys.ApplicationOf(former), token);
        }

        if (row.Former.Length > 0)
        {
            await _owner.Change(before => before with { Former = [] });
        }
    }

    public async Task<bool> Has(string device) => (await _owner.Load()).Device == device;

    public async Task Release(string device)
    {
        if ((await _owner.Load()).Device == device)
        {
            await _owner.Erase();
        }
    }
}

/// <summary>A token's owner as stored.</summary>
[GenerateSerializer, Immutable]
internal sealed record PushTokenOwner
{
    /// <summary>See <see cref="DeviceKeys"/>; null for nobody's.</summary>
    [Id(0)]
    public string? Device { get; init; }

    /// <summary>Who had it, and may not have forgotten it yet.</summary>
    [Id(1)]
    public string[] Former { get; init; } = [];
}
