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
    public bool IsBadge => Conversation == Guid.Empty && Message is null;

    /// <summary>What it is about where that is no conversation, see <see cref="PushKinds"/>; null for one that is.</summary>
    public string? Kind => PushKinds.Name(Conversation);

    /// <summary>What the device is told: the nil uuid where it is about no conversation.</summary>
    public string ConversationUuid => (Kind is null ? Conversation : Guid.Empty).ToString();

    /// <summary>What the device is told; null where it is not about one message.</summary>
    public string? MessageUuid => Kind is null ? Message : Guid.Empty.ToString();

    /// <summary>What replaces one another at the provider.</summary>
    public string CollapseKey => IsBadge ? "badge" : Kind ?? Conversation.ToString();
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

    /// <summary>The provider takes nothing now: hold back everything of this type.</summary>
    ProviderLater,
}
