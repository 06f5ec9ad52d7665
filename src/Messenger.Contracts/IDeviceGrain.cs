using Messenger.Protocol;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Contracts;

/// <summary>
/// A device: one application of one user, key <see cref="DeviceKeys"/>. Owns the connection it has now and its notification inbox.
/// </summary>
/// <remarks>
/// The inbox numbers every replayed notification; (epoch, number) is the cursor. An inbox that cannot vouch for continuity starts a new epoch.
/// What is published to the gateway is a hint, the inbox is the truth: a gap is filled by <see cref="Fetch"/>, a lost tail is found by the lease.
/// </remarks>
public interface IDeviceGrain : IGrainWithStringKey
{
    /// <summary>Takes over as the device's one connection, displacing an older one (4001), and says where the notifications go on.</summary>
    [Traced]
    Task<Connected> Connect(Connection connection, string? resumeCursor);

    /// <summary>The connection ended. Nothing happens when another one has taken over since.</summary>
    [Traced]
    Task Disconnect(long session);

    /// <summary>
    /// Numbers these notifications and publishes them to the connection's gateway. Completes without waiting for the gateway, unless too much waits for
    /// it already (<see cref="Contracts.IGatewayStreams.Room"/>); where the device is offline, when the pushes that they deserve are on disk.
    /// </summary>
    [AlwaysInterleave]
    [Traced]
    Task Deliver(Immutable<SerializedNotification[]> notifications);

    /// <summary>What follows a number; a refused page means that the epoch has changed or the number is no longer kept: close with 1012.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<InboxPage> Fetch(long epoch, long after);

    /// <summary>Something may have been missed: a new epoch; the connection is closed with 1012 and its client resynchronises.</summary>
    [AlwaysInterleave]
    [Traced]
    Task RequireResync();

    /// <summary>Closes the connection with this code; with <see cref="CloseCode.Deleted"/> the inbox is forgotten too.</summary>
    [AlwaysInterleave]
    [Traced]
    Task Close(CloseCode code);

    [AlwaysInterleave]
    [Traced]
    Task<bool> IsOnline();

    /// <summary>
    /// The gateway's lease of this connection: it is alive, and this is the last number it has. The answer is the inbox's own.
    /// Asked only when the silo-local registry does not know the session; the batches of <see cref="IDeviceLeases"/> are the usual way.
    /// </summary>
    [AlwaysInterleave]
    [Traced]
    Task<Lease> Renew(long session, long number);

    /// <summary>What a push needs; kept by the device's inbox, set by its user.</summary>
    [AlwaysInterleave]
    [Traced]
    Task SetPushTarget(PushTarget? target);

    /// <summary>Forgets this target, if it is still the one.</summary>
    [AlwaysInterleave]
    [Traced]
    Task ForgetPushTarget(PushTarget dead);

    /// <summary>Forgets this token, if it is still the one: it is another device's now.</summary>
    [AlwaysInterleave]
    [Traced]
    Task LoseToken(string token);

    /// <summary>Where a push of now has to go; null when none is wanted: the device is online, or has no token.</summary>
    [AlwaysInterleave]
    [Traced]
    Task<PushTarget?> PushTarget();

    /// <summary>Of these messages the device may not have been told: pushes, if it is offline or turns out to be. On disk when it returns.</summary>
    [AlwaysInterleave]
    [Traced]
    Task Wake(PushHint[] messages);
}

/// <summary>Where a device is connected.</summary>
/// <param name="Gateway">The gateway's silo: notifications go to its stream.</param>
/// <param name="Session">Unique on that gateway.</param>
[GenerateSerializer, Immutable]
public sealed record Connection(SiloAddress Gateway, long Session)
{
    /// <summary>What its login said of itself, or null. Kept with the connection, and nowhere else.</summary>
    [Id(0)]
    public LoginAttempt? Attempt { get; init; }

    /// <summary>What its session understands besides the seed.</summary>
    [Id(1)]
    public Features Features { get; init; }

    /// <summary>Whether it is a late try of a run whose later one is connected.</summary>
    public bool IsBehind(Connection live) => Attempt is { } mine && live.Attempt is { } its && mine.Run == its.Run && mine.N < its.N;

    /// <summary>The same session is the same connection, whatever else is known of it: leases are looked up by these two.</summary>
    public bool Equals(Connection? other) => other is not null && Session == other.Session && Gateway.Equals(other.Gateway);

    public override int GetHashCode() => HashCode.Combine(Gateway, Session);
}

/// <summary>The outcome of <see cref="IDeviceGrain.Connect"/>.</summary>
/// <param name="Number">The number before the first of <paramref name="Missed"/>: publishing goes on after number + missed.</param>
/// <param name="Missed">Everything since the cursor, in order.</param>
/// <param name="Resync">A cursor was given and cannot be continued.</param>
/// <param name="Host">The silo of the inbox, which the lease is renewed with.</param>
[GenerateSerializer, Immutable]
public sealed record Connected(long Epoch, long Number, SerializedNotification[] Missed, bool Resync, SiloAddress Host)
{
    /// <summary>Nothing happened: a later try of the same run of the client is connected.</summary>
    [Id(0)]
    public bool Superseded { get; init; }

    /// <summary>Signals of calls that ring now, in order; they come behind what was missed, and have no number.</summary>
    [Id(1)]
    public SerializedNotification[]? Ringing { get; init; }
}

/// <summary>Notifications after a number.</summary>
/// <param name="Continuous">False: the epoch has changed, or what followed the number is gone.</param>
[GenerateSerializer, Immutable]
public sealed record InboxPage(bool Continuous, SerializedNotification[] Notifications);

/// <summary>The inbox's side of a lease.</summary>
/// <param name="Held">False: this session is no longer the device's connection.</param>
/// <param name="Host">The silo of the inbox, which the lease is renewed with from now on.</param>
[GenerateSerializer, Immutable]
public readonly record struct Lease(bool Held, long Epoch, long Number, SiloAddress Host);

/// <summary>Which provider wakes the device.</summary>
/// <param name="Since">When the application gave this token, in milliseconds since the Unix epoch: a provider tells since when one is dead.</param>
[GenerateSerializer, Immutable]
public sealed record PushTarget(string ApplicationType, string Token, long Since = 0)
{
    /// <summary>The token that calls are pushed to; null where it is the other one.</summary>
    [Id(0)]
    public string? Voip { get; init; }
}
