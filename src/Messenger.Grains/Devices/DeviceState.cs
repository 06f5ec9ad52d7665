using System.Text;
using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Devices;

/// <summary>What of a device is on disk.</summary>
[GenerateSerializer]
internal sealed class DeviceState
{
    /// <summary>Of rows that were written before <see cref="SealedPush"/> was; null since.</summary>
    [Id(0)]
    public PushTarget? Push { get; set; }

    /// <summary>
    /// Written by a graceful deactivation, taken and cleared on disk by the next activation before it serves anything:
    /// so an activation after a kill never finds an inbox that has lost notifications since.
    /// </summary>
    [Id(1)]
    public DeviceSnapshot? Snapshot { get; set; }

    [Id(2)]
    public SealedPushTarget? SealedPush { get; set; }

    /// <summary>Its client named <see cref="Features.Hints"/> at its last login: it is woken for calls.</summary>
    [Id(3)]
    public bool TakesCalls { get; set; }
}

/// <summary>A device's memory on its way to another activation: through the store, or with a live migration.</summary>
/// <param name="Gateway">The connection's gateway in its parsable form; null without a connection.</param>
/// <param name="Confirmed">The last number the gateway said it has.</param>
/// <param name="Owed">Messages to be pushed should the connection turn out to be gone.</param>
[GenerateSerializer, Immutable]
internal sealed record DeviceSnapshot(InboxSnapshot Inbox, string? Gateway, long Session, long Confirmed, PushHint[]? Owed = null)
{
    /// <summary>As it goes to disk: who logged in is told by a uuid, which is a credential.</summary>
    public DeviceSnapshot Sealed(string userId, CredentialSeal seal) => With(
        payload => seal.Seal(userId, Encoding.UTF8.GetString(payload)))!;

    /// <summary>As it was before; null when its key was lost: then continuity is lost too.</summary>
    public DeviceSnapshot? Unsealed(string userId, CredentialSeal seal) => With(payload =>
        payload is [(byte)'{', ..] ? payload : seal.Unseal(userId, payload) is { } json ? Encoding.UTF8.GetBytes(json) : null);

    private DeviceSnapshot? With(Func<byte[], byte[]?> change)
    {
        var kept = new InboxEntry[Inbox.Kept.Length];
        for (var at = 0; at < kept.Length; at++)
        {
            var entry = Inbox.Kept[at];
            if (entry.Notice.Type == nameof(AuthenticationByApplicationNotification))
            {
                if (change(entry.Notice.Payload) is not { } payload)
                {
                    return null;
                }

                entry = entry with { Notice = entry.Notice with { Payload = payload } };
            }

            kept[at] = entry;
        }

        return this with { Inbox = Inbox with { Kept = kept } };
    }
}
