using Orleans;

namespace Messenger.Protocol;

/// <summary>Reports a message to the operator; it becomes <c>objectionable</c>. One report per person and message.</summary>
[GenerateSerializer, Immutable]
public sealed record AddMessageReport(string ConversationUuid, string MessageUuid, string? Reason) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.Uuid(MessageUuid, "messageUuid")
        ?? Shape.OptionalText(Reason, "reason", Limits.Reason);
}

/// <summary>Reports a conversation to the operator. One report per person and conversation.</summary>
[GenerateSerializer, Immutable]
public sealed record AddConversationReport(string ConversationUuid, string? Reason) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.OptionalText(Reason, "reason", Limits.Reason);
}

/// <summary>Reports a user to the operator. One report per person and user.</summary>
[GenerateSerializer, Immutable]
public sealed record AddUserReport(string? Reason, string UserId) : IRequest
{
    public string? Fault() => Shape.UserId(UserId, "userId") ?? Shape.OptionalText(Reason, "reason", Limits.Reason);
}
