using System.Collections.Concurrent;

namespace Messenger.Grains.Devices;

/// <summary>The mailboxes of the devices that are active on this silo, by <see cref="DeviceKeys"/>.</summary>
internal sealed class LocalMailboxes
{
    private readonly ConcurrentDictionary<string, Mailbox> mailboxes = new(StringComparer.Ordinal);

    public void Put(string device, Mailbox mailbox) => mailboxes[device] = mailbox;

    /// <summary>Removes this very one, never one that took its place.</summary>
    public void Remove(string device, Mailbox mailbox) => mailboxes.TryRemove(KeyValuePair.Create(device, mailbox));

    public Mailbox? Find(string device) => mailboxes.GetValueOrDefault(device);
}
