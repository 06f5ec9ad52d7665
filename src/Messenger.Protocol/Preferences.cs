using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>What the actor alone has of a conversation. A member that is left out stays as it is, null clears it.</summary>
/// <param name="MutedUntil">Milliseconds since the Unix epoch; -1 for ever; null: not muted.</param>
/// <param name="Pinned">At most 100 conversations are.</param>
/// <param name="Archived">Put away; what that means is the client's matter.</param>
/// <param name="Data">The client's own, opaque.</param>
/// <param name="IfVersion">The version that this change rests on, 0 where there are none yet: with another one it is a conflict. Null: any.</param>
[OfFeature(Features.Preferences)]
[GenerateSerializer, Immutable]
public sealed record RequestSetConversationPreferences(
    string ConversationUuid,
    [property: JsonConverter(typeof(OptionalNumber)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    Optional<long?> MutedUntil = default,
    [property: JsonConverter(typeof(OptionalFlag)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    Optional<bool?> Pinned = default,
    [property: JsonConverter(typeof(OptionalFlag)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    Optional<bool?> Archived = default,
    [property: JsonConverter(typeof(OptionalText)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    Optional<string> Data = default,
    long? IfVersion = null) : IConversationRequest
{
    /// <summary>Muted until somebody says otherwise.</summary>
    public const long ForEver = -1;

    public string? Fault() =>
        Shape.Uuid(ConversationUuid, "conversationUuid")
        ?? (MutedUntil.Value < ForEver ? "mutedUntil must be a time in milliseconds, or -1, or null" : null)
        ?? Shape.OptionalText(Data.Value, "data", Limits.PreferenceData);
}

/// <summary>The actor's preferences.</summary>
/// <param name="ConversationUuids">Of these; null: of all conversations that have any.</param>
[OfFeature(Features.Preferences)]
[GenerateSerializer, Immutable]
public sealed record RequestGetConversationPreferences(string[]? ConversationUuids) : IRequest
{
    /// <summary>Conversations named in one request.</summary>
    public const int Most = 200;

    public string? Fault() => ConversationUuids is null ? null : Shape.Uuids(ConversationUuids, "conversationUuids", Most);
}

/// <summary>Answers both: the preferences that were asked for, or those that were set.</summary>
/// <param name="Preferences">Of conversations that have any, in no order.</param>
[OfFeature(Features.Preferences)]
[GenerateSerializer, Immutable]
public sealed record ResponseConversationPreferences(ConversationPreferences[] Preferences);

/// <summary>What one person alone has of a conversation.</summary>
/// <param name="MutedUntil">Milliseconds since the Unix epoch; -1 for ever; null: not muted.</param>
/// <param name="Pinned">One of at most 100.</param>
/// <param name="Archived">Put away; what that means is the client's matter.</param>
/// <param name="Data">The client's own, or null.</param>
/// <param name="Version">One higher with each change.</param>
[GenerateSerializer, Immutable]
public sealed record ConversationPreferences(string ConversationUuid, long? MutedUntil, bool Pinned, bool Archived, string? Data, long Version);
