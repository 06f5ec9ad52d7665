namespace Messenger.Grains.Devices;

/// <summary>What of a device is on disk.</summary>
[GenerateSerializer]
internal sealed class DeviceState
{
    [Id(0)]
    public PushTarget? Push { get; set; }

    /// <summary>
    /// Written by a graceful deactivation, taken and cleared on disk by the next activation before it serves anything:
    /// so an activation after a kill never finds an inbox that has lost notices since.
    /// </summary>
    [Id(1)]
    public DeviceSnapshot? Snapshot { get; set; }
}

/// <summary>A device's memory on its way to another activation: through the store, or with a live migration.</summary>
/// <param name="Gateway">The connection's gateway in its parsable form; null without a connection.</param>
/// <param name="Confirmed">The last number the gateway said it has.</param>
/// <param name="Owed">Messages to be pushed should the connection turn out to be gone.</param>
[GenerateSerializer, Immutable]
internal sealed record DeviceSnapshot(InboxSnapshot Inbox, string? Gateway, long Session, long Confirmed, PushHint[]? Owed = null);
