using Messenger.Protocol;
using Orleans;

namespace Messenger.Contracts;

/// <summary>A notification on its way: serialised once, shared by every device that gets it.</summary>
/// <param name="Type">Its name on the wire.</param>
/// <param name="Payload">Its JSON, never written to after this was made.</param>
/// <param name="Replayed">False for what only a device that is online gets (typing): no number, no cursor, no replay.</param>
/// <param name="Push">What a device that is offline is woken with; null for nothing.</param>
/// <param name="Committed">When its cause was committed, in milliseconds since the Unix epoch: for the accepted → delivered latency. 0 when unknown.</param>
[GenerateSerializer, Immutable]
public sealed record SerializedNotification(string Type, byte[] Payload, bool Replayed, PushHint? Push, long Committed)
{
    /// <summary>The step that caused it, as a W3C traceparent; null when it is not traced.</summary>
    [Id(0)]
    public string? Trace { get; init; }

    /// <summary>Told only to sessions that named this feature; <see cref="Features.None"/>: to all.</summary>
    [Id(1)]
    public Features Feature { get; init; }

    /// <summary>Members that only some sessions see; null for none.</summary>
    [Id(2)]
    public Addition[]? Additions { get; init; }

    public static SerializedNotification From(INotification notification, PushHint? push = null, long committed = 0) =>
        new(notification.GetType().Name, FrameWriter.Payload(notification), notification is not NotificationTyping, push, committed)
        {
            Trace = Traces.Current,
            Feature = FeatureNames.Of(notification.GetType()),
        };

    /// <summary>Whether a session that named these features is told.</summary>
    public bool IsFor(Features named) => Feature == Features.None || (Feature & named) != 0;
}

/// <summary>What a push tells: where to look, never what was said.</summary>
/// <param name="Conversation"><see cref="Guid.Empty"/>: none, the badge alone.</param>
/// <param name="Message">Empty when it is not about one message.</param>
/// <param name="AuthorId">Muted for a user who blacklisted the author; none for the author's own devices.</param>
[GenerateSerializer, Immutable]
public sealed record PushHint(Guid Conversation, string Message, string AuthorId)
{
    /// <summary>The one user whom it wakes; null for everyone who is told.</summary>
    [Id(0)]
    public string? For { get; init; }

    public bool IsBadge => Conversation == Guid.Empty;

    /// <summary>Being added is news to the one who was added.</summary>
    public static PushHint Added(Guid conversation, string userId, string actor) => new(conversation, "", actor) { For = userId };

    /// <summary>This user has read: the badge of the devices that are away shows too much.</summary>
    public static PushHint Badge(string userId) => new(Guid.Empty, "", "") { For = userId };
}
