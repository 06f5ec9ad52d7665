using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>
/// Asks for a link, by which a device of the same person lets this one in without an SMS; served before login, and only then. Again with the same uuid: the
/// same link, and what has become of it.
/// </summary>
/// <param name="Uuid">The new application's uuid, its credential: drawn as for a registration.</param>
/// <param name="ApplicationType">android, ios, …</param>
[OfFeature(Messenger.Protocol.Features.Linking)]
[GenerateSerializer, Immutable]
public sealed record RequestLinkDevice(
    string Uuid, string ApplicationType, string? Model, string? OsVersion, string? Vendor,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Features = null) : INamesFeatures
{
    public string? Fault() =>
        Shape.NewApplicationUuid(Uuid, "uuid")
        ?? Shape.Text(ApplicationType, "applicationType", 32)
        ?? Shape.OptionalText(Model, "model", Limits.Label)
        ?? Shape.OptionalText(OsVersion, "osVersion", Limits.Label)
        ?? Shape.OptionalText(Vendor, "vendor", Limits.Label)
        ?? FeatureNames.Fault(Features);
}

/// <summary>Answers <see cref="RequestLinkDevice"/>.</summary>
/// <param name="LinkUuid">Goes into the code that the other device reads: <c>https://HOST/link#v1.LINKUUID.KEY</c>.</param>
/// <param name="Expires">When the link ends, in milliseconds since the Unix epoch; the connection may wait so long.</param>
[GenerateSerializer, Immutable]
public sealed record ResponseLinkDevice(string LinkUuid, long Expires);

/// <summary>Binds a link to the actor's account: the first does, and to everybody else it is not there.</summary>
/// <param name="EphemeralKeyBase64">The old device's public key of this link, told to the new one.</param>
[OfFeature(Features.Linking)]
[GenerateSerializer, Immutable]
public sealed record RequestClaimLink(string LinkUuid, string EphemeralKeyBase64) : IRequest
{
    public string? Fault() => Shape.Uuid(LinkUuid, "linkUuid") ?? Shape.Text(EphemeralKeyBase64, "ephemeralKeyBase64", Limits.EphemeralKey);
}

/// <summary>Answers <see cref="RequestClaimLink"/>: what the new device says of itself.</summary>
/// <param name="Created">When it asked for the link, in milliseconds since the Unix epoch.</param>
/// <param name="SameNetwork">Whether both come from one public address: a hint to the person, no proof.</param>
[GenerateSerializer, Immutable]
public sealed record ResponseClaimLink(string ApplicationType, string? Model, string? OsVersion, string? Vendor, long Created, bool SameNetwork);

/// <summary>Lets the new device in. The person has compared what both show.</summary>
/// <param name="BodyEncryptedBase64">What the new device needs, encrypted for it; at most 32 KiB.</param>
/// <param name="RegistrationLock">Where the account has one: its verifier.</param>
[OfFeature(Features.Linking)]
[GenerateSerializer, Immutable]
public sealed record RequestApproveLink(string LinkUuid, string BodyEncryptedBase64, string? RegistrationLock = null) : IRequest
{
    public string? Fault() =>
        Shape.Uuid(LinkUuid, "linkUuid")
        ?? Shape.Text(BodyEncryptedBase64, "bodyEncryptedBase64", Limits.LinkBytes * 2)
        ?? Shape.Base64(BodyEncryptedBase64, "bodyEncryptedBase64", Limits.LinkBytes)
        ?? (RegistrationLock is null ? null : Shape.Verifier(RegistrationLock, "registrationLock"));
}

/// <summary>To the new device, before its login: somebody read the code.</summary>
/// <param name="UserId">Whose device did.</param>
/// <param name="EphemeralKeyBase64">As that one gave it.</param>
[OfFeature(Features.Linking)]
public sealed record NotificationLinkClaimed(string UserId, string EphemeralKeyBase64) : INotification;

/// <summary>To the new device, before its login: it is let in, and logs in within ten minutes.</summary>
/// <param name="UserId">The account that it belongs to.</param>
/// <param name="BodyEncryptedBase64">What the old device gave it.</param>
[OfFeature(Features.Linking)]
public sealed record NotificationLinked(string UserId, string BodyEncryptedBase64) : INotification;
