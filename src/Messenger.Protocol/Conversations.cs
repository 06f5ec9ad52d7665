using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>Creates a conversation. The actor is always an admin; a dialog has exactly two people, both admins.</summary>
/// <param name="Admins">userId → that user's wrapped session key.</param>
/// <param name="Members">userId → that user's wrapped session key.</param>
/// <param name="NickEncrypted">The actor's nick in it.</param>
/// <param name="SessionKeyValue">The actor's own wrapped key; its signature serves all.</param>
[GenerateSerializer, Immutable]
public sealed record RequestCreateConversationFull(
    Dictionary<string, string>? Admins, string ConversationUuid, bool IsDialog, Dictionary<string, string>? Members,
    string? NickEncrypted, string SessionKeyUuid, SessionKeyValue SessionKeyValue, string? Title) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.Uuid(SessionKeyUuid, "sessionKeyUuid")
        ?? (SessionKeyValue is null ? Shape.Missing("sessionKeyValue") : SessionKeyValue.Fault())
        ?? Shape.OptionalText(NickEncrypted, "nickEncrypted", Limits.Ciphertext)
        ?? Shape.OptionalText(Title, "title", Limits.Ciphertext)
        ?? Keys(Admins, "admins")
        ?? Keys(Members, "members")
        ?? ((Admins?.Count ?? 0) + (Members?.Count ?? 0) >= Limits.Members
            ? $"a conversation takes at most {Limits.Members} people" : null);

    private static string? Keys(Dictionary<string, string>? keys, string field)
    {
        foreach (var (userId, key) in keys ?? [])
        {
            if ((Shape.UserId(userId, field) ?? Shape.Text(key, $"{field}: the wrapped key", Limits.WrappedKey)) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }
}

/// <summary>Answers <see cref="RequestCreateConversationFull"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseCreateConversation(Conversation Conversation);

/// <summary>A conversation as one of its members sees it.</summary>
/// <param name="Title">Ciphertext, or null.</param>
/// <param name="SessionKeyUuid">The current session key.</param>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
/// <param name="LastMessage">When the last message came, in milliseconds since the Unix epoch.</param>
/// <param name="UnreadedCounter">Messages of others that the asker has not read; no events, none deleted.</param>
/// <param name="Admins">User ids, longest-standing first.</param>
/// <param name="Members">User ids of those who are no admins, longest-standing first.</param>
/// <param name="JoinedUserId">Always null here: the seed shows no use of it.</param>
/// <param name="Blocked">A dialog in which one side has blacklisted the other, or that is closed.</param>
/// <param name="Dialog">The same as <paramref name="IsDialog"/>, in RequestGetConversationsFull only.</param>
/// <param name="Accepted">Whether the asker wrote there, or a contact or the asker made it.</param>
/// <param name="Preferences">The asker's own; missing where there are none.</param>
/// <param name="ExpirySeconds">The timer of new messages; 0 for none.</param>
[GenerateSerializer, Immutable]
public sealed record Conversation(
    string Uuid, bool IsDialog, string? Title, string SessionKeyUuid, long Created, long LastMessage, int UnreadedCounter,
    string[] Admins, string[] Members, bool HasAvatar, long AvatarUpdated, string? JoinedUserId, bool Blocked,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Dialog = null,
    [property: OfFeature(Features.Sync), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? NewestMessageUuid = null,
    [property: OfFeature(Features.Sync), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    int? MembersCount = null,
    [property: OfFeature(Features.Sync), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    bool? MembersOmitted = null,
    [property: OfFeature(Features.Sync), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ConversationPreferences? Preferences = null,
    [property: OfFeature(Features.Expiry), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    int? ExpirySeconds = null,
    [property: OfFeature(Features.Sync), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    bool? Accepted = null);

/// <summary>A conversation, its last message and the asker's current session key.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetConversationFull(string ConversationUuid, string? UserId) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.OptionalUserId(UserId, "userId");
}

/// <summary>Answers <see cref="RequestGetConversationFull"/>.</summary>
/// <param name="LastMessage">Null when there is none that the asker may see.</param>
/// <param name="SessionKey">Null when the current key was not wrapped for the asker.</param>
[GenerateSerializer, Immutable]
public sealed record ResponseGetConversationFull(Conversation Conversation, Message? LastMessage, SessionKey? SessionKey);

/// <summary>Everything a device needs to show its conversations, in one answer.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetConversationsFull(string? UserId) : IRequest
{
    /// <summary>The most that its answer may have, in bytes. Cut it cannot be: a client of the first edition takes for deleted what is missing.</summary>
    public const int MaxAnswerBytes = 32 * 1024 * 1024;

    /// <summary>What is said where it has more.</summary>
    public static Error TooLarge { get; } = Error.Conflict("there are more conversations than one answer holds: ask RequestSync for them page by page");

    public string? Fault() => Shape.OptionalUserId(UserId, "userId");
}

/// <summary>Answers <see cref="RequestGetConversationsFull"/>: by <c>lastMessage</c>, newest first.</summary>
/// <param name="FirstUnreadMessageUuid">Of each conversation that has one, the oldest unread message.</param>
/// <param name="LastMessages">Of each conversation, the last message.</param>
/// <param name="Members">Everyone in these conversations, each once, without public keys.</param>
/// <param name="SessionKeys">Of each conversation, the asker's current session key.</param>
[GenerateSerializer, Immutable]
public sealed record ResponseGetConversationsFull(
    Conversation[] Conversations, string[] FirstUnreadMessageUuid, Message[] LastMessages, UserInfo[] Members, SessionKey[] SessionKeys);

/// <summary>Who is in a conversation.</summary>
/// <param name="After">Of those who came after this one, who is or was a member; null: from the first on.</param>
/// <param name="Limit">At most so many people, 1 to 1 000; null: all. Fewer came: there are no more.</param>
[GenerateSerializer, Immutable]
public sealed record RequestGetMembersList(
    string ConversationUuid,
    [property: OfFeature(Features.Sync), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? After = null,
    [property: OfFeature(Features.Sync), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Limit = null) : IConversationRequest
{
    /// <summary>People of one page.</summary>
    public const int MaxPeople = 1000;

    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.OptionalUserId(After, "after")
        ?? (Limit is { } limit ? Shape.Between(limit, "limit", 1, MaxPeople) : null);
}

/// <summary>Answers <see cref="RequestGetMembersList"/>: user ids, longest-standing first.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseGetMembersList(string[] Admins, string[] Members);

/// <summary>The nicks of a conversation's members.</summary>
[GenerateSerializer, Immutable]
public sealed record GetNicks(string ConversationUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid");
}

/// <summary>Answers <see cref="GetNicks"/>: userId → encrypted nick, of those who have set one.</summary>
[GenerateSerializer, Immutable]
public sealed record NicksList(Dictionary<string, string> Nicks);

/// <summary>The actor's nick in a conversation.</summary>
[GenerateSerializer, Immutable]
public sealed record UpdateMemberNick(string ConversationUuid, string? NickEncrypted, string? UserId) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.OptionalText(NickEncrypted, "nickEncrypted", Limits.Ciphertext)
        ?? Shape.OptionalUserId(UserId, "userId");
}

/// <summary>Adds a member to a group; admins only.</summary>
/// <param name="SessionKeyUuid">The current session key, else <c>conflict</c>.</param>
/// <param name="SessionKeyValue">That key wrapped for the one who is added (its <c>userId</c>).</param>
[GenerateSerializer, Immutable]
public sealed record RequestAddMember(string ConversationUuid, string SessionKeyUuid, SessionKeyValue SessionKeyValue) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.Uuid(SessionKeyUuid, "sessionKeyUuid")
        ?? (SessionKeyValue is null ? Shape.Missing("sessionKeyValue") : SessionKeyValue.Fault());
}

/// <summary>Adds an admin to a group, or makes a member one; admins only.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestAddAdmin(string ConversationUuid, string SessionKeyUuid, SessionKeyValue SessionKeyValue) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.Uuid(SessionKeyUuid, "sessionKeyUuid")
        ?? (SessionKeyValue is null ? Shape.Missing("sessionKeyValue") : SessionKeyValue.Fault());
}

/// <summary>Makes a member of a group an admin; admins only.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestChangeToAdmin(string ConversationUuid, string UserId) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.UserId(UserId, "userId");
}

/// <summary>Removes somebody from a group; admins only.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestKickUser(string ConversationUuid, string UserId) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.UserId(UserId, "userId");
}

/// <summary>The actor leaves; what came before stays readable.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestLeaveConversation(string ConversationUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid");
}

/// <summary>Deletes a conversation for everyone: a group's admin, either side of a dialog.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestDeleteConversation(string ConversationUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid");
}

/// <summary>Renames a conversation; in a group admins only.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestRenameConversation(string ConversationUuid, string? Title) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.OptionalText(Title, "title", Limits.Ciphertext);
}
