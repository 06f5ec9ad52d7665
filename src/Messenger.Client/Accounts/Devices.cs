using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Client.Accounts;

/// <summary>The devices of this person, and the lock that a new one needs.</summary>
/// <remarks>All methods throw as <see cref="MessengerClient.Ask"/> does; a device that is cooling (LOCK-4) is refused with <c>forbidden</c> and a sentence that says until when.</remarks>
public sealed class Devices
{
    private readonly MessengerClient _client;

    /// <param name="client">Of one of the devices.</param>
    public Devices(MessengerClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
    }

    /// <summary>All devices, newest first. Another device's <c>uuid</c> is its name, and no credential (REG-14).</summary>
    /// <param name="isConfirmed">True: only those that gave the right code.</param>
    public async Task<IReadOnlyList<ApplicationInfo>> List(bool isConfirmed = true, CancellationToken cancellation = default) =>
        (await _client.Ask<ResponseApplicationsFull>(new RequestGetApplicationsFull(isConfirmed ? true : null), cancellation)).Applications;

    /// <summary>Puts a device out, for good: its connection closes (4003), its credential is void.</summary>
    /// <param name="name">From the list.</param>
    public Task Delete(string name, CancellationToken cancellation = default) => _client.Ask<ResponseStatusMessage>(new RequestDeleteApplication(name), cancellation);

    /// <summary>Vouches for a device that is cooling (LOCK-6).</summary>
    /// <param name="name">From the list.</param>
    public Task Approve(string name, CancellationToken cancellation = default) => _client.Ask<ResponseStatusMessage>(new RequestApproveApplication(name), cancellation);

    /// <summary>Sets the PIN that a registration has to give besides the code (LOCK-1). Takes a good part of a second.</summary>
    /// <param name="pin">Null: no lock any more.</param>
    public async Task SetLock(string? pin, CancellationToken cancellation = default)
    {
        var verifier = pin is null ? null : await Verifier(pin, cancellation);
        await _client.Ask<ResponseStatusMessage>(new RequestSetRegistrationLock(verifier), cancellation);
    }

    /// <summary>Gives the PIN afterwards: this device is cooling no longer (LOCK-6).</summary>
    public async Task GiveLock(string pin, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pin);
        await _client.Ask<ResponseStatusMessage>(new RequestGiveRegistrationLock(await Verifier(pin, cancellation)), cancellation);
    }

    private Task<string> Verifier(string pin, CancellationToken cancellation) => Task.Run(() => RegistrationLock.Verifier(_client.UserId, pin), cancellation);
}
