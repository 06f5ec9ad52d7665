using Orleans;

namespace Messenger.Protocol;

/// <summary>The timer of a conversation: a group's admin, either side of an open dialog. It counts for messages that come after it.</summary>
/// <param name="Seconds">5 to 31 536 000, counted from a message's <c>created</c>; 0 for none.</param>
[GenerateSerializer, Immutable, OfFeature(Features.Expiry)]
public sealed record RequestSetConversationExpiry(string ConversationUuid, int Seconds) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Expiry(Seconds, "seconds");
}
