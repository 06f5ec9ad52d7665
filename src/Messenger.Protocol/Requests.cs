using System.Text.Json.Serialization;

namespace Messenger.Protocol;

/// <summary>A request. The name of its type is its name on the wire.</summary>
public interface IRequest
{
    /// <summary>What is wrong with the shape of this request: a sentence that names the field and says what it takes; null if nothing is.</summary>
    /// <remarks>Checked by the gateway before anything is called, so that no grain sees a missing or an oversized field.</remarks>
    string? Fault();
}

/// <summary>A request that concerns one conversation. Those of one connection take effect in the order sent.</summary>
public interface IConversationRequest : IRequest
{
    /// <summary>The conversation's UUID, in any case.</summary>
    string ConversationUuid { get; }
}

/// <summary>A notification. The name of its type is its name on the wire.</summary>
public interface INotification;

/// <summary>Answers every request without a response of its own, and every one that failed.</summary>
/// <param name="RequestType">The type of the request; null where it could not be read.</param>
/// <param name="Status">One of <see cref="Statuses"/>.</param>
/// <param name="Description">What a client developer can act on, or null.</param>
public sealed record ResponseStatusMessage(string? RequestType, string Status, string? Description)
{
    /// <summary>With <c>too_many_requests</c> and <c>unavailable</c>: after so many milliseconds the same request may be sent again.</summary>
    [OfFeature(Features.Errors)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RetryAfterMs { get; init; }

    /// <summary>With the answer to a login that had a cursor: <c>continued</c> or <c>resync</c>.</summary>
    [OfFeature(Features.Errors)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Resume { get; init; }

    /// <summary>With a <c>conflict</c>: the conversation that stands there already.</summary>
    [OfFeature(Features.Errors)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ConversationUuid { get; init; }

    /// <summary>With the <c>forbidden</c> of a RequestConfirmRegistration: the account has a registration lock, and it was not given, or wrong.</summary>
    [OfFeature(Features.Lock)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? RegistrationLock { get; init; }
}
