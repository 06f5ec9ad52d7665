using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>Asks whether the server is there; served before login too.</summary>
/// <param name="ClientVersion">The client's version.</param>
/// <param name="When">When it was sent, in milliseconds since the Unix epoch.</param>
[GenerateSerializer, Immutable]
public sealed record RequestPing(string? ClientVersion, long When) : IRequest
{
    public string? Fault() => Shape.OptionalText(ClientVersion, "clientVersion", Limits.Label);
}

/// <summary>Answers <see cref="RequestPing"/>; both values come from configuration.</summary>
/// <param name="Now">The server's clock, in milliseconds since the Unix epoch.</param>
[GenerateSerializer, Immutable]
public sealed record ResponsePong(
    string ServerVersion, string? AndroidUrl,
    [property: OfFeature(Features.Errors), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? Now = null);

/// <summary>Asks for a code by SMS to register an application of the user with this phone number.</summary>
/// <param name="AndroidSmsToken">Android's SMS Retriever app hash (11 characters), which ends the text of the SMS; null elsewhere.</param>
/// <param name="ApplicationType">android, ios, …</param>
/// <param name="OpenUserId">The phone number in E.164.</param>
/// <param name="UserId">Its hash, see <see cref="UserIds"/>; where it is left out, the server makes it.</param>
/// <param name="Uuid">The application's uuid: opaque, 22 to 128 characters. It is the application's credential.</param>
[GenerateSerializer, Immutable]
public sealed record RequestRegisterApplication(
    string? AndroidSmsToken, string ApplicationType, string? Model, string OpenUserId, string? OsVersion, string? UserId, string Uuid, string? Vendor,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string[]? Features = null)
    : INamesFeatures
{
    public string? Fault() =>
        Shape.Text(ApplicationType, "applicationType", 32)
        ?? SmsToken.Fault(AndroidSmsToken)
        ?? Shape.Text(OpenUserId, "openUserId", 32)
        ?? Shape.OptionalUserId(UserId, "userId")
        ?? Shape.NewApplicationUuid(Uuid, "uuid")
        ?? Shape.OptionalText(Model, "model", Limits.Label)
        ?? Shape.OptionalText(OsVersion, "osVersion", Limits.Label)
        ?? Shape.OptionalText(Vendor, "vendor", Limits.Label)
        ?? FeatureNames.Fault(Features);
}

/// <summary>Confirms an application with the code that came by SMS. Does not authenticate.</summary>
/// <param name="RegistrationLock">Where the account has a lock: its verifier, see <see cref="RequestSetRegistrationLock"/>.</param>
[GenerateSerializer, Immutable]
public sealed record RequestConfirmRegistration(
    string SmsCode, string UserId, string Uuid,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string[]? Features = null,
    [property: OfFeature(Messenger.Protocol.Features.Lock), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? RegistrationLock = null) : INamesFeatures
{
    public string? Fault() =>
        Shape.Text(SmsCode, "smsCode", 16) ?? Shape.UserId(UserId, "userId") ?? Shape.ApplicationUuid(Uuid, "uuid") ?? FeatureNames.Fault(Features)
        ?? (RegistrationLock is null ? null : Shape.Verifier(RegistrationLock, "registrationLock"));
}

/// <summary>Authenticates this connection as a confirmed application of a user.</summary>
/// <param name="ResumeCursor">The last cursor seen on an earlier connection, or null: from here on.</param>
/// <param name="Attempt">Which try of which run of the client this is: a late one does not displace the connection of a later one.</param>
/// <param name="ClientVersion">The client's version, such as 2.10.1: where the operator takes newer ones alone it is told so, with close code 4010.</param>
/// <param name="NextUuid">The uuid that it is going to log in with: both are right until the new one has been used, and the old one is void then.</param>
[GenerateSerializer, Immutable]
public sealed record RequestAuthenticationByApplication(
    string UserId, string Uuid, string? ResumeCursor,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string[]? Features = null,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    LoginAttempt? Attempt = null,
    [property: OfFeature(Messenger.Protocol.Features.Lock), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? NextUuid = null,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? ClientVersion = null) : INamesFeatures
{
    public string? Fault() =>
        Shape.UserId(UserId, "userId") ?? Shape.ApplicationUuid(Uuid, "uuid") ?? FeatureNames.Fault(Features) ?? Attempt?.Fault()
        ?? Shape.OptionalText(ClientVersion, "clientVersion", Limits.Label)
        ?? (ClientVersion is null || Messenger.Protocol.ClientVersion.Parse(ClientVersion) is not null ? null : "clientVersion must be whole numbers with dots between, such as 2.10.1")
        ?? (NextUuid is null ? null : Shape.NewApplicationUuid(NextUuid, "nextUuid"));
}

/// <summary>A try to log in.</summary>
/// <param name="Run">One start of the client's process: drawn at random, kept nowhere.</param>
/// <param name="N">Higher with each try of that run.</param>
[GenerateSerializer, Immutable]
public sealed record LoginAttempt(string Run, long N)
{
    internal string? Fault() =>
        Shape.Text(Run, "run", Limits.EnvelopeId) ?? (N < 0 ? "n must not be negative" : null);
}

/// <summary>Sets the push token of one of the actor's applications.</summary>
/// <param name="Token">The provider's token; null or empty withdraws it.</param>
/// <param name="VoipToken">The token that calls are pushed to where the system has another for them (iOS); null or empty withdraws it.</param>
[GenerateSerializer, Immutable]
public sealed record RequestUpdateDeviceTokenByApplication(
    string? Token, string? UserId, string Uuid,
    [property: OfFeature(Features.Calls), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? VoipToken = null) : IRequest
{
    public string? Fault() =>
        Shape.OptionalText(Token, "token", Limits.DeviceToken)
        ?? Shape.OptionalText(VoipToken, "voipToken", Limits.DeviceToken)
        ?? (string.IsNullOrEmpty(Token) && !string.IsNullOrEmpty(VoipToken) ? "voipToken goes with token: an application that is pushed nothing rings for no call" : null)
        ?? Shape.OptionalUserId(UserId, "userId")
        ?? Shape.ApplicationUuid(Uuid, "uuid");
}

/// <summary>Lists the actor's applications, newest first.</summary>
/// <param name="Confirmed">True: only the confirmed ones.</param>
[GenerateSerializer, Immutable]
public sealed record RequestGetApplicationsFull(bool? Confirmed) : IRequest
{
    public string? Fault() => null;
}

/// <summary>Answers <see cref="RequestGetApplicationsFull"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseApplicationsFull(ApplicationInfo[] Applications);

/// <summary>One of a user's applications.</summary>
/// <param name="Uuid">To the application itself its uuid; of every other its name, which names it in RequestDeleteApplication and opens nothing.</param>
/// <param name="SmsCode">Always null: the server never tells a code.</param>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
/// <param name="LastLogin">Milliseconds since the Unix epoch.</param>
/// <param name="Online">Whether it has a connection now.</param>
/// <param name="Cooling">Until when it is cooling, in milliseconds since the Unix epoch; left out where it is not.</param>
/// <param name="PushToken">Whether the server has a push token of it: a provider may have said that it is dead.</param>
/// <param name="Vouched">Whether it is surely the owner's.</param>
[GenerateSerializer, Immutable]
public sealed record ApplicationInfo(
    string Uuid, string? SmsCode, string ApplicationType, bool Confirmed, long Created, string UserId, string? DeviceToken,
    long LastLogin, bool Online, string? OsVersion, string? Vendor, string? Model,
    [property: OfFeature(Features.Lock), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? Cooling = null,
    [property: OfFeature(Features.Lock), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    bool? Vouched = null,
    [property: OfFeature(Features.WebPush), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    bool? PushToken = null);

/// <summary>Deletes one of the actor's applications: its connection closes, its token and credential are void.</summary>
/// <param name="Uuid">The name of any of the actor's applications, or the asking one's own uuid.</param>
[GenerateSerializer, Immutable]
public sealed record RequestDeleteApplication(string Uuid) : IRequest
{
    public string? Fault() => Shape.ApplicationUuid(Uuid, "uuid");
}

/// <summary>Asks for a code by SMS to delete the actor.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestDeleteUser(string? AndroidSmsToken, string OpenUserId) : IRequest
{
    public string? Fault() => SmsToken.Fault(AndroidSmsToken) ?? Shape.Text(OpenUserId, "openUserId", 32);
}

/// <summary>Deletes the actor for good.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestDeleteUserConfirmation(string Code) : IRequest
{
    public string? Fault() => Shape.Text(Code, "code", 16);
}

internal static class SmsToken
{
    public static string? Fault(string? value) =>
        string.IsNullOrEmpty(value) || (value.Length == 11 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/'))
            ? null
            : "androidSmsToken must be the 11 characters of Android's SMS Retriever app hash, or null";
}
