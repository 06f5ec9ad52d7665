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

    /// <summary>
    /// Erases the account as its owner could, without a code: void when this returns, gone soon after, whatever crashes. The conversations stay for the others.
    /// </summary>
    /// <param name="dryRun">Only counts.</param>
    [Traced]
    Task<Result<Erased>> Erase(bool dryRun);

    /// <summary>Takes one device's access away: its credential is void, its connection closes, its inbox goes.</summary>
    /// <param name="dryRun">Only says whether it is there.</param>
    [Traced]
    Task<Result<Closed>> Revoke(string device, bool dryRun);

    /// <summary>Removes the avatar.</summary>
    /// <returns>Whether there is one.</returns>
    /// <param name="dryRun">Only looks.</param>
    [Traced]
    Task<Result<Removed>> RemoveAvatar(bool dryRun);

    /// <summary>
    /// Seals with the newest of the keys what an older one sealed: credentials and push tokens. A registration lock is made anew by whoever gives it, and by nobody else.
    /// </summary>
    /// <param name="dryRun">Only looks.</param>
    [Traced]
    Task<Result<Resealed>> Reseal(bool dryRun);

    /// <summary>What the user's actor keeps of its owner; no credential and no token.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<Result<KeptByUser>> Export();
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

/// <param name="Outcome">taken, token_dead, refused, no_provider, later, credentials or provider_later.</param>
/// <param name="Reason">The provider's own word.</param>
[GenerateSerializer, Immutable]
public sealed record PushTrial(string Device, string Type, string Outcome, string? Reason);

/// <summary>A credential: with the user's id it logs in.</summary>
[GenerateSerializer, Immutable]
public sealed record Opened(string UserId, string ApplicationUuid);

/// <summary>What goes, or would go, with an account.</summary>
[GenerateSerializer, Immutable]
public sealed record Erased(int Devices, int Conversations);

/// <param name="Credentials">Credentials that were sealed with another key than the newest.</param>
/// <param name="Lost">Those of them that no key opens: their applications log in, and cannot be told their own uuid before they do.</param>
/// <param name="OlderLock">Whether there is a registration lock that was set under an older key.</param>
[GenerateSerializer, Immutable]
public sealed record Resealed(int Credentials, int Lost, bool OlderLock);

/// <param name="Was">Whether it was there.</param>
[GenerateSerializer, Immutable]
public sealed record Removed(bool Was);

/// <summary>What a user's actor keeps. Times are milliseconds since the Unix epoch.</summary>
/// <param name="Contacts">As the client encrypted them.</param>
/// <param name="HasLock">Whether a registration needs a PIN.</param>
/// <param name="WrongLocks">When a wrong PIN was given.</param>
/// <param name="LookedUp">How many ids the account looked up that are remembered.</param>
[GenerateSerializer, Immutable]
public sealed record KeptByUser(DeviceCard[] Devices, Contact[] Contacts, Param[] Params, bool HasLock, long[] WrongLocks, int LookedUp);
