using Orleans;

namespace Messenger.Protocol;

/// <summary>Asks for what changed since, page by page.</summary>
/// <param name="Token">Of the page before, or of the last pass; null: everything.</param>
/// <param name="Limit">Conversations in one page, 1 to 200.</param>
[OfFeature(Features.Sync)]
[GenerateSerializer, Immutable]
public sealed record RequestSync(string? Token, int Limit) : IRequest
{
    /// <summary>Conversations in one page.</summary>
    public const int MaxConversations = 200;

    public string? Fault() =>
        Shape.OptionalText(Token, "token", Limits.Label * 4) ?? Shape.Between(Limit, "limit", 1, MaxConversations);
}

/// <summary>Answers <see cref="RequestSync"/>.</summary>
/// <param name="Reset">Forget, once <c>more</c> is false, what this pass has not named: on the first page of a pass that tells everything.</param>
/// <param name="Conversations">The conversations of this page.</param>
/// <param name="LastMessages">The newest message of each of them.</param>
/// <param name="Members">The people of these conversations, each once in a pass.</param>
/// <param name="SessionKeys">The asker's copies of their current session keys.</param>
/// <param name="FirstUnreadMessageUuid">The oldest unread message of each that has one.</param>
/// <param name="Users">Who shares a conversation and has other keys, another nick or avatar.</param>
/// <param name="Removed">What is not the asker's any more.</param>
/// <param name="Account">Sections of the account that changed.</param>
/// <param name="Token">For the next page, or for the next pass where <c>more</c> is false.</param>
/// <param name="More">Whether this pass goes on.</param>
[OfFeature(Features.Sync)]
[GenerateSerializer, Immutable]
public sealed record ResponseSync(
    bool Reset, Conversation[] Conversations, string[] FirstUnreadMessageUuid, Message[] LastMessages, UserInfo[] Members, SessionKey[] SessionKeys,
    UserInfo[] Users, RemovedConversation[] Removed, string[] Account, string Token, bool More);

/// <summary>A conversation that is not the asker's any more.</summary>
/// <param name="Reason">left, kicked or deleted.</param>
[GenerateSerializer, Immutable]
public sealed record RemovedConversation(string Uuid, string Reason);
