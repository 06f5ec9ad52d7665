using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>A session key wrapped for one member, as a client hands it in.</summary>
/// <param name="SignatureBase64">The signer's signature of the session key; all members share it.</param>
/// <param name="UserId">Whose wrapped key this is.</param>
[GenerateSerializer, Immutable]
public sealed record SessionKeyValue(
    string KeyEncryptedBase64, string SignatureBase64, string? SignerKeyPairUuid, string? SignerUserId, string UserId)
{
    public string? Fault() =>
        Shape.Text(KeyEncryptedBase64, "keyEncryptedBase64", Limits.WrappedKey)
        ?? Shape.Text(SignatureBase64, "signatureBase64", Limits.WrappedKey)
        ?? Shape.OptionalText(SignerKeyPairUuid, "signerKeyPairUuid", Limits.Label)
        ?? Shape.OptionalUserId(SignerUserId, "signerUserId")
        ?? Shape.UserId(UserId, "userId");
}

/// <summary>A session key wrapped for one member, as the server gives it to that member.</summary>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
[GenerateSerializer, Immutable]
public sealed record SessionKey(
    string Uuid, string ConversationUuid, string UserId, string KeyEncryptedBase64, string SignatureBase64,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SignerUserId,
    long Created, string? SignerKeyPairUuid);

/// <summary>Re-keys a conversation: the server makes the new uuid, which becomes current. Any member may.</summary>
/// <param name="SessionKeys">One per member; where a user is named twice, the first entry stands.</param>
[GenerateSerializer, Immutable]
public sealed record RequestAddNewSessionKeys(string ConversationUuid, SessionKeyValue[] SessionKeys) : IConversationRequest
{
    public string? Fault()
    {
        if (Shape.Uuid(ConversationUuid, "conversationUuid") is { } fault)
        {
            return fault;
        }

        if (SessionKeys is null || SessionKeys.Length == 0)
        {
            return Shape.Missing("sessionKeys");
        }

        if (SessionKeys.Length > Limits.Members)
        {
            return $"sessionKeys takes at most {Limits.Members} keys, and has {SessionKeys.Length}";
        }

        foreach (var key in SessionKeys)
        {
            if (key is null)
            {
                return "sessionKeys must hold keys, and holds null";
            }

            if (key.Fault() is { } keyFault)
            {
                return $"sessionKeys: {keyFault}";
            }
        }

        return null;
    }
}

/// <summary>Answers <see cref="RequestAddNewSessionKeys"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseAddedSessionKey(string SessionKeyUuid);

/// <summary>The asker's own wrapped key.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetSessionKey(string ConversationUuid, string SessionKeyUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Uuid(SessionKeyUuid, "sessionKeyUuid");
}

/// <summary>Answers <see cref="RequestGetSessionKey"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseSessionKeyByUuid(SessionKey SessionKey);

/// <summary>Whose public keys changed after the current session key was made.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetUpdatedPublicKeys(string ConversationUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid");
}

/// <summary>Answers <see cref="RequestGetUpdatedPublicKeys"/>: userId → public key.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseGetUpdatedPublicKeys(Dictionary<string, string> PublicKeys);
