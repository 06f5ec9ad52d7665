using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Contracts;

/// <summary>The side of a user that the operator sees and acts on; the same actor as <see cref="IUserGrain"/>. Every method can be repeated.</summary>
/// <remarks>
/// Devices are named by <see cref="DeviceCard.Device"/>: an application's uuid is a credential, and no operator needs it.
/// Who is not registered: not_found.
/// </remarks>
public interface IUserOperations : IGrainWithStringKey
{
    [AlwaysInterleave]
    [Traced]
    Task<Result<UserCard>> LookUp();

    /// <summary>
    /// Suspends or restores the account: on disk first, then its connections are closed (1008) and its devices are not woken any more.
    /// Returns how many connections were told to close.
    /// </summary>
    [Traced]
    Task<Result<Closed>> Suspend(bool suspended);

    /// <summary>Closes the connection of one device, or of all, with 1012: a client that may reconnects and resumes.</summary>
    [Traced]
    Task<Result<Closed>> Disconnect(string? device);

    /// <summary>Sends a push about nothing, now and past the queue, to one device or to all that have a token.</summary>
    [ResponseTimeout("00:00:30")]
    [Traced]
    Task<Result<PushTrials>> TestPush(string? device);

    /// <summary>Removes the registration lock: the number changed hands, or its owner forgot the PIN. No connection is closed.</summary>
    [Traced]
    Task<Result<Closed>> Unlock();

    /// <summary>
    /// Makes the account of somebody who has no phone, such as the support, or gives it another credential. Refused (conflict) where a phone
    /// ever registered: nobody's account is taken over this way.
    /// </summary>
    [Traced]
    Task<Result<Opened>> Open();
}

/// <summary>A user, as far as it concerns the operator. Times are milliseconds since the Unix epoch.</summary>
[GenerateSerializer, Immutable]
public sealed record UserCard(string UserId, bool Suspended, long Created, long LastLogin, bool HasKeys, DeviceCard[] Devices);

/// <summary>A device.</summary>
/// <param name="Device">Sixteen hexadecimal digits of its uuid's SHA-256.</param>
[GenerateSerializer, Immutable]
public sealed record DeviceCard(
    string Device, string Type, long Created, long LastLogin, bool Online, bool HasPushToken, string? OsVersion, string? Vendor, string? Model);

/// <summary>How many connections were told to close.</summary>
[GenerateSerializer, Immutable]
public sealed record Closed(int Connections);

/// <summary>What became of test pushes.</summary>
[GenerateSerializer, Immutable]
public sealed record PushTrials(PushTrial[] Devices);

/// <param name="Outcome">taken, token_dead, refused, no_provider, later or provider_later.</param>
/// <param name="Reason">The provider's own word.</param>
[GenerateSerializer, Immutable]
public sealed record PushTrial(string Device, string Type, string Outcome, string? Reason);

/// <summary>A credential: with the user's id it logs in.</summary>
[GenerateSerializer, Immutable]
public sealed record Opened(string UserId, string ApplicationUuid);
