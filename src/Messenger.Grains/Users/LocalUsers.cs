namespace Messenger.Grains.Users;

/// <summary>The users whose grains are active on this silo, by their ids.</summary>
internal sealed class LocalUsers : LocalActors<LocalUser>
{
    /// <inheritdoc cref="LocalUser.TryDeliver"/>
    public bool TryDeliver(Consignment one) => Find(one.UserId)?.TryDeliver(one.Conversation, one.Term, one.Notices, one.Except) == true;
}
