
using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.State;

namespace Messenger.Grains.Fanout;

/// <summary>The users whose grains are active on this silo, by their ids.</summary>
/// <param name="lease">Null where there are no others that could go on without this silo.</param>
internal sealed class UserEndpoints(ISiloLease? lease = null) : SiloRegistry<UserEndpoint>
{
    /// <summary>Whether this silo may tell anybody anything now.</summary>
    public bool MayTell => lease?.IsHeld != false;

    /// <inheritdoc cref="UserEndpoint.TryDeliver"/>
    public bool TryDeliver(DeliveryRequest one) => MayTell && Find(one.UserId)?.TryDeliver(one.Conversation, one.Term, one.Notifications, one.Except) == true;
}
