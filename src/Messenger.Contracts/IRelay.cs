using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Services;

namespace Messenger.Contracts;

/// <summary>Hands notifications over to users on its silo, many at once: what conversations elsewhere have for them comes in one call.</summary>
internal interface IRelay : IGrainService
{
    /// <summary>
    /// For each, in order: whether its user's devices have it, as <see cref="UserEndpoint.TryDeliver"/> says. When it throws, some may have it.
    /// </summary>
    [ResponseTimeout("00:00:05")]
    Task<bool[]> Deliver(Immutable<DeliveryRequest[]> requests);

    /// <summary>
    /// A silo that leaves asks it of the others, when its actors have left: they begin no hand-over by a call any more until it is dead, and the answer comes when
    /// those are over that they have under way.
    /// </summary>
    [ResponseTimeout("00:00:05")]
    Task Pause(SiloAddress leaving);
}

/// <summary>Notifications of a conversation for one user; see <see cref="IUserGrain.Deliver"/>.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct DeliveryRequest(string UserId, Guid Conversation, long Term, SerializedNotification[] Notifications, string? Except)
{
    /// <summary>What it weighs on the wire besides the notifications, which are often those of the one before it and are sent once then.</summary>
    private const int Overhead = 128;

    public int Weight => Overhead + Notifications.Sum(notification => notification.Payload.Length);
}
