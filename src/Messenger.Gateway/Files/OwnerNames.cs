using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
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
        if (name?.StartsWith(UserPrefix, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var hash = new byte[SHA256.HashSizeInBytes];
        var text = name.AsSpan(UserPrefix.Length);
        return Base64Url.DecodeFromChars(text, hash, out var read, out var length) == OperationStatus.Done && read == text.Length && length == hash.Length
            ? Convert.ToBase64String(hash)
            : null;
    }
}
