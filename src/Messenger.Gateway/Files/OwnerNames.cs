using System.Buffers.Text;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Gateway.Files;

/// <summary>What URLs call conversations and users.</summary>
internal static class OwnerNames
{
    private const string UserPrefix = "user_";

    /// <summary>The uuid in <c>conversation_UUID</c>; null for anything else.</summary>
    public static string? ConversationText(string? name) =>
        name?.StartsWith(FilePaths.Conversation, StringComparison.Ordinal) == true && name[FilePaths.Conversation.Length..] is var uuid
            && Shape.Uuid(uuid, "") is null ? uuid : null;

    /// <summary>The id in <c>user_ID</c>, where it stands in base64url, with or without its padding; null for anything else.</summary>
    public static string? UserId(string? name)
    {
        if (name?.StartsWith(UserPrefix, StringComparison.Ordinal) != true || !Base64Url.IsValid(name.AsSpan(UserPrefix.Length), out var bytes) || bytes != 32)
        {
            return null;
        }

        var id = Convert.ToBase64String(Base64Url.DecodeFromChars(name.AsSpan(UserPrefix.Length)));
        return UserIds.IsUserId(id) ? id : null;
    }
}
