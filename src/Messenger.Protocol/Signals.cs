using Orleans;

namespace Messenger.Protocol;

/// <summary>
/// Sends a signal to devices that are connected now: what sets a call up. Nothing is stored. The same <c>signalUuid</c> again within two minutes is answered
/// <c>ok</c>, and nothing happens. Protocol: SIG-1 to SIG-9.
/// </summary>
/// <param name="SignalUuid">Made by the client: what makes a retry safe.</param>
/// <param name="CallUuid">Made by the client that begins the call; needed by what rings, stops or answers.</param>
/// <param name="ToUserIds">Members of the conversation whose devices are told, of the actor the other ones; null: every other member.</param>
/// <param name="SessionKeyUuid">A session key of this conversation.</param>
/// <param name="BodyEncryptedBase64">At most 16 KiB, decoded.</param>
/// <param name="Ring">One of <see cref="Rings"/>; left out: none.</param>
/// <param name="Answered">The actor took the call on this device: its other devices stop ringing.</param>
[OfFeature(Features.Hints)]
[GenerateSerializer, Immutable]
public sealed record RequestSendSignal(
    string SignalUuid, string? CallUuid, string ConversationUuid, string[]? ToUserIds, string SessionKeyUuid, string IvBase64, string BodyEncryptedBase64,
    string? Ring = null, bool Answered = false) : IConversationRequest
{
    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? Shape.Uuid(SignalUuid, "signalUuid")
        ?? Shape.OptionalUuid(CallUuid, "callUuid")
        ?? (ToUserIds is null ? null : Shape.ManyUserIds(ToUserIds, "toUserIds", Limits.SignalNamed))
        ?? Shape.Uuid(SessionKeyUuid, "sessionKeyUuid")
        ?? (IvBase64 is null ? Shape.Missing("ivBase64") : Shape.OptionalText(IvBase64, "ivBase64", Limits.Label))
        ?? (BodyEncryptedBase64 is null ? Shape.Missing("bodyEncryptedBase64") : Shape.Base64(BodyEncryptedBase64, "bodyEncryptedBase64", Limits.SignalBytes))
        ?? (Ring is null or Rings.None or Rings.Start or Rings.Stop ? null : "ring must be none, start or stop")
        ?? (CallUuid is null && (Answered || Ring is Rings.Start or Rings.Stop) ? "what rings, stops or answers needs a callUuid" : null)
        ?? (Answered && Ring is Rings.Start ? "what answers a call does not ring" : null);
}

/// <summary>A signal, told once to each device that is connected, and never replayed: it carries no cursor.</summary>
/// <param name="ToUserIds">As they were sent.</param>
/// <param name="Ring">One of <see cref="Rings"/>.</param>
/// <param name="UserId">Who sent it.</param>
/// <param name="Created">When the server took it, in milliseconds since the Unix epoch.</param>
[OfFeature(Features.Hints)]
public sealed record NotificationSignal(
    string SignalUuid, string? CallUuid, string ConversationUuid, string[]? ToUserIds, string SessionKeyUuid, string IvBase64, string BodyEncryptedBase64,
    string Ring, bool Answered, string UserId, long Created) : INotification;

/// <summary>What a signal does besides being told.</summary>
public static class Rings
{
    public const string None = "none";

    /// <summary>It begins to ring: it is kept for devices that log in within 45 s, and those that are away are woken.</summary>
    public const string Start = "start";

    /// <summary>It rings no more.</summary>
    public const string Stop = "stop";
}
