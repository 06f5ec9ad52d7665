using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>A new key pair of the actor's: new <c>keyPairUuid</c>, <c>keysUpdated</c> = now.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestAddUserKeys(
    string? MetaDataKeyEncryptedBase64, string? Nick, string PrivateKeyEncryptedBase64, string PublicKeyBase64) : IRequest
{
    public string? Fault() =>
        Shape.Text(PublicKeyBase64, "publicKeyBase64", Limits.Pem)
        ?? Shape.Text(PrivateKeyEncryptedBase64, "privateKeyEncryptedBase64", Limits.Pem)
        ?? Shape.OptionalText(MetaDataKeyEncryptedBase64, "metaDataKeyEncryptedBase64", Limits.WrappedKey)
        ?? Shape.OptionalText(Nick, "nick", Limits.Ciphertext);
}

/// <summary>Private key, metadata key and nick wrapped anew; applied together by <see cref="RequestConfirmUpdateUserKeys"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestUpdateUserKeys(
    string? AndroidSmsToken, string MetaDataKeyEncryptedBase64, string? Nick, string OpenUserId, string PrivateKeyEncryptedBase64) : IRequest
{
    public string? Fault() =>
        SmsToken.Fault(AndroidSmsToken)
        ?? Shape.Text(OpenUserId, "openUserId", 32)
        ?? Shape.Text(PrivateKeyEncryptedBase64, "privateKeyEncryptedBase64", Limits.Pem)
        ?? Shape.Text(MetaDataKeyEncryptedBase64, "metaDataKeyEncryptedBase64", Limits.WrappedKey)
        ?? Shape.OptionalText(Nick, "nick", Limits.Ciphertext);
}

/// <summary>Applies the pending <see cref="RequestUpdateUserKeys"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestConfirmUpdateUserKeys(string SmsCode) : IRequest
{
    public string? Fault() => Shape.Text(SmsCode, "smsCode", 16);
}

/// <summary>The actor's own encrypted nick.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestUpdateUserNick(string? Nick) : IRequest
{
    public string? Fault() => Shape.OptionalText(Nick, "nick", Limits.Ciphertext);
}

/// <summary>Asks for a user; one who is not registered is described too, so that the answer does not tell.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetUserInfo(string UserId) : IRequest
{
    public string? Fault() => Shape.UserId(UserId, "userId");
}

/// <summary>Answers <see cref="RequestGetUserInfo"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseUserInfo(UserInfo User);

/// <summary>Asks for up to 500 users.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetUserInfoMulti(string[] UserIds) : IRequest
{
    public string? Fault() => Shape.ManyUserIds(UserIds, "userIds", Limits.UserInfoMulti);
}

/// <summary>Answers <see cref="RequestGetUserInfoMulti"/>, in the order asked.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseUserInfoMulti(UserInfo[] Users);

/// <summary>What one user may know of another.</summary>
/// <param name="PrivateKeyEncryptedBase64">Given to its owner only.</param>
/// <param name="Created">Milliseconds since the Unix epoch, as are the other three times.</param>
/// <param name="Blocked">The asker has blacklisted this user, or the account is suspended.</param>
[GenerateSerializer, Immutable]
public sealed record UserInfo(
    string UserId, string? PublicKeyBase64, string? PrivateKeyEncryptedBase64, long Created, long LastLogin, string? Nick,
    long AvatarUpdated, long KeysUpdated, bool Blocked, string? MetaDataKeyEncryptedBase64, string? KeyPairUuid);

/// <summary>The actor's named parameters.</summary>
[GenerateSerializer, Immutable]
public sealed record GetParams(string? UserId) : IRequest
{
    public string? Fault() => Shape.OptionalUserId(UserId, "userId");
}

/// <summary>Answers <see cref="GetParams"/>.</summary>
/// <param name="Items">Called <c>params</c> on the wire.</param>
/// <param name="Version">One higher with each change.</param>
[GenerateSerializer, Immutable]
public sealed record Params(
    [property: JsonPropertyName("params")] Param[] Items,
    [property: OfFeature(Features.Account), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? Version = null);

/// <summary>A named value of a user's, opaque to the server.</summary>
[GenerateSerializer, Immutable]
public sealed record Param(string UserId, string Name, string Value);

/// <summary>Sets one of the actor's named parameters; at most 64 names, 64 KiB a value.</summary>
[GenerateSerializer, Immutable]
public sealed record UpdateParam(
    string Name, string Value,
    [property: OfFeature(Features.Account), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? IfVersion = null) : IRequest
{
    public string? Fault() => Shape.Text(Name, "name", Limits.Label) ?? Shape.Bytes(Value, "value", Limits.ParamBytes) ?? PrivacyParams.Fault(Name, Value);
}
