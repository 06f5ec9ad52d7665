namespace Messenger.Ports;

/// <summary>Wakes a device that has no connection.</summary>
public interface IPushSender
{
    /// <summary>Hands one push to its provider and tells what became of it. Throws for nothing but its cancellation.</summary>
    Task<PushOutcome> Send(Push push, CancellationToken cancellation);
}

/// <summary>What a push tells: where to look, never what was said.</summary>
/// <param name="Id">Names this push at the provider and in its answers.</param>
/// <param name="ApplicationType">android, ios, …: which provider takes it.</param>
/// <param name="Token">The provider's token of the device. Never logged.</param>
/// <param name="Conversation">
/// Pushes of one conversation replace each other, at the provider and on the device. <see cref="Guid.Empty"/>: it is about none.
/// </param>
/// <param name="Message">Null when it is not about one message.</param>
/// <param name="Badge">Messages that the user has not read, in all conversations.</param>
public sealed record Push(Guid Id, string ApplicationType, string Token, Guid Conversation, string? Message, int Badge)
{
    /// <summary>It sets the badge and nothing else: no sound, no text, and no phone is woken for it.</summary>
    public bool IsBadge => Conversation == Guid.Empty && Message is null && Call is null;

    /// <summary>The call that it is about; null for every other push. Then it has no badge.</summary>
    public PushedCall? Call { get; init; }

    /// <summary>Whether it tells that somebody calls: it is shown at once or never.</summary>
    public bool IsRing => Call is { IsEnd: false };

    /// <summary>How long its provider keeps it for a device that is off: who was away longer synchronises at the next start anyway.</summary>
    public TimeSpan Life => IsRing ? PushedCall.Life : TimeSpan.FromDays(7);

    /// <summary>What it is about where that is no message: a call, or a matter of the account (<see cref="PushKinds"/>); null where it is one.</summary>
    public string? Kind => Call is { } call ? call.IsEnd ? "callEnded" : "call" : PushKinds.Name(Conversation);

    /// <summary>What the device is told: the nil uuid where it is about no conversation.</summary>
    public string ConversationUuid => (PushKinds.Name(Conversation) is null ? Conversation : Guid.Empty).ToString();

    /// <summary>What the device is told; null where it is not about one message.</summary>
    public string? MessageUuid => PushKinds.Name(Conversation) is null ? Message : Guid.Empty.ToString();

    /// <summary>What replaces one another at the provider.</summary>
    public string CollapseKey => IsBadge ? "badge" : Call is { } call ? $"call-{call.Uuid}" : Kind ?? Conversation.ToString();
}

/// <summary>A call, as a push tells it.</summary>
/// <param name="IsEnd">It rings no more.</param>
/// <param name="IsVoip">The token is the one that the system has for calls.</param>
public sealed record PushedCall(Guid Uuid, bool IsEnd, bool IsVoip)
{
    /// <summary>Nobody lets it ring much longer: what comes later would ring after the call.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
}

/// <summary>What became of a push.</summary>
/// <param name="After">For what is to be tried again: not before this has passed. Null: the provider did not say.</param>
/// <param name="DeadSince">With <see cref="PushVerdict.TokenDead"/>: a token that was given later than this is a live one. Null: the provider did not say.</param>
/// <param name="Reason">The provider's own word for it, for the operator. Never a token.</param>
public readonly record struct PushOutcome(PushVerdict Verdict, TimeSpan? After = null, DateTimeOffset? DeadSince = null, string? Reason = null)
{
    public static readonly PushOutcome Taken = new(PushVerdict.Taken);
}

/// <summary>What the provider said.</summary>
public enum PushVerdict
{
    /// <summary>The provider has it: ours is done.</summary>
    Taken,

    /// <summary>The provider says that this token is dead: forget it.</summary>
    TokenDead,

    /// <summary>It will never take this push; the token may be good.</summary>
    Refused,

    /// <summary>No provider is configured for this type of application.</summary>
    NoProvider,

    /// <summary>Try this one again later; others may pass.</summary>
    Later,

    /// <summary>It does not accept this server's credentials for this push: try it again later; others may pass.</summary>
    Credentials,

    /// <summary>The provider takes nothing now: hold back everything of this type.</summary>
    ProviderLater,
}
