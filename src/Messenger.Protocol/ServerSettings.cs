using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>What the operator configured for clients; served before login too.</summary>
/// <param name="Features">Given, be it empty: the answer has what belongs to the extensions besides.</param>
[GenerateSerializer, Immutable]
public sealed record RequestGetServerSettings(
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string[]? Features = null) : INamesFeatures
{
    public string? Fault() => FeatureNames.Fault(Features);
}

/// <summary>Answers <see cref="RequestGetServerSettings"/>.</summary>
/// <param name="BigBrother">A flag told to clients; the server does nothing with it.</param>
/// <param name="Features">Names of the features that this server offers.</param>
/// <param name="Limits">What the server takes.</param>
/// <param name="MinClientVersion">By <c>applicationType</c> the oldest version of a client that the operator wants to see.</param>
/// <param name="Notice">What the operator has to say to everybody; missing when it is nothing.</param>
/// <param name="Flags">The operator's own switches for its clients.</param>
/// <param name="VapidPublicKey">The key that a browser subscribes with; missing where Web Push is not offered.</param>
/// <param name="Etag">Changes when anything else in here does.</param>
[GenerateSerializer, Immutable]
public sealed record ResponseServerSettings(
    string? SupportId, string? AdminId, bool BigBrother, Theme Theme,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string[]? Features = null,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ServerLimits? Limits = null,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    Dictionary<string, string>? MinClientVersion = null,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Notice = null,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    Dictionary<string, string>? Flags = null,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? VapidPublicKey = null,
    [property: OfFeature(Messenger.Protocol.Features.None), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Etag = null);

/// <summary>What a server takes. The names carry the units, and the numbers are a promise: what fits is not refused for its size.</summary>
[GenerateSerializer, Immutable]
public sealed record ServerLimits(
    int FrameBytes, int BodyBytes, int GroupMembers, int MessageFiles, long FileBytes, int AvatarBytes, int PageMessages, int Contacts, int ParamBytes,
    int ExpiryMinSeconds, int ExpiryMaxSeconds);

/// <summary>Colours (#rrggbb) and the URLs of logo and notification sound.</summary>
[GenerateSerializer, Immutable]
public sealed record Theme(
    string ButtonBackground, string ButtonText, string YourMessageBubbleBackground, string YourMessageBubbleText,
    string TheirMessageBubbleBackground, string TheirMessageBubbleText, string? Logo, string? Sound);
