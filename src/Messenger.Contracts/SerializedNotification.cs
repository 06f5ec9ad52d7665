using System.Text.Json;
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

    /// <summary>Who is a member no more with this; null for nobody.</summary>
    [Id(3)]
    public string? Leaves { get; init; }

    /// <summary>What a signal does besides being told; null on every other notification.</summary>
    [Id(4)]
    public SignalHint? Signal { get; init; }

    /// <summary>From when on the message in it is told as deleted, in milliseconds since the Unix epoch; null: never, or it is none, or it is told so already.</summary>
    [Id(5)]
    public long? Expires { get; init; }

    /// <summary>As it may be told at this time (milliseconds since the Unix epoch): what it says of a message that has expired is gone.</summary>
    public SerializedNotification At(long now)
    {
        if (!(Expires <= now))
        {
            return this;
        }

        var message = JsonSerializer.Deserialize(Payload, WireJson.Default.ResponseAddedMessage)!.Message;
        var payload = FrameWriter.Payload(new ResponseAddedMessage(message with { IvBase64 = null, BodyEncryptedBase64 = null, UserNick = null, Deleted = true }));
        return this with
        {
            Payload = payload,
            Push = null,
            Expires = null,

            // They end the payload, which is shorter now.
            Additions = Additions is null ? null : Array.ConvertAll(Additions, addition => addition with { At = addition.At + payload.Length - Payload.Length }),
        };
    }

    public static SerializedNotification From(INotification notification, PushHint? push = null, long committed = 0) =>
        new(notification.GetType().Name, FrameWriter.Payload(notification), notification is not (NotificationTyping or NotificationSignal), push, committed)
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

    /// <summary>It waits for nothing: not even for one about the same conversation that is queued.</summary>
    [Id(1)]
    public bool IsUrgent { get; init; }

    /// <summary>From when on the message is as deleted, and nobody is woken for it, in milliseconds since the Unix epoch; null: never.</summary>
    [Id(2)]
    public long? Expires { get; init; }

    public bool IsBadge => Conversation == Guid.Empty;

    /// <summary>Being added is news to the one who was added.</summary>
    public static PushHint Added(Guid conversation, string userId, string actor) => new(conversation, "", actor) { For = userId };

    /// <summary>This user has read: the badge of the devices that are away shows too much.</summary>
    public static PushHint Badge(string userId) => new(Guid.Empty, "", "") { For = userId };
}
