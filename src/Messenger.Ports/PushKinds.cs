namespace Messenger.Ports;

/// <summary>
/// What a push is about that is about no conversation. In the queue each stands in the place of a conversation, so that those of one kind replace each other;
/// on the wire they have the nil uuid and their <c>kind</c>.
/// </summary>
public static class PushKinds
{
    /// <summary>An application was confirmed, or keys were changed: somebody looks after the account.</summary>
    public static readonly Guid Application = new("00000000-0000-0000-0000-000000000001");

    /// <summary>Somebody has the code and not the lock, or the lock was changed or ends.</summary>
    public static readonly Guid Lock = new("00000000-0000-0000-0000-000000000002");

    /// <summary>Its name on the wire; null for a conversation.</summary>
    public static string? Name(Guid conversation) =>
        conversation == Application ? "application" : conversation == Lock ? "lock" : null;
}
