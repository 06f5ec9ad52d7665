using Messenger.Contracts;
using Orleans;

namespace Messenger.Gateway;

/// <summary>From what a request names to the grain that answers it.</summary>
internal static class GrainPaths
{
    /// <param name="uuid">In any case; checked for its shape already.</param>
    public static IConversationGrain Conversation(this IGrainFactory grains, string uuid) => grains.Conversation(Guid.Parse(uuid));

    public static IUserGrain User(this IGrainFactory grains, Caller me) => grains.User(me.UserId);

    public static IRegistrationGrain Registration(this IGrainFactory grains, string userId) => grains.GetGrain<IRegistrationGrain>(userId);
}
