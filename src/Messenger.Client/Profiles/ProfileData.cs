using System.Collections.Immutable;
using Messenger.Protocol;

namespace Messenger.Client.Profiles;

/// <summary>Who this device is, and whom it trusts. Private keys are in it wrapped under the owner's passphrase alone.</summary>
public sealed record ProfileData
{
    /// <summary>The phone number in E.164.</summary>
    public string? Phone { get; init; }

    /// <summary>The WebSocket of the server at which it registered; null in profiles of earlier releases.</summary>
    public Uri? Server { get; init; }

    /// <summary>This installation's uuid: its credential at the server.</summary>
    public string? ApplicationUuid { get; init; }

    /// <summary>The private key in PEM, wrapped.</summary>
    public string? PrivateKeyEncrypted { get; init; }

    public string? KeyPairUuid { get; init; }

    /// <summary>User → the public keys seen of that user, the first one first (trust on first use).</summary>
    public ImmutableDictionary<string, ImmutableArray<KnownKey>> Known { get; init; } = ImmutableDictionary<string, ImmutableArray<KnownKey>>.Empty;

    /// <summary>Conversation (upper case) → what is to be remembered of its session key over a restart.</summary>
    public ImmutableDictionary<string, KeyWork> KeyWork { get; init; } = ImmutableDictionary<string, KeyWork>.Empty;

    /// <summary>Files that are accepted and not sent yet.</summary>
    public ImmutableList<PendingFiles> Files { get; init; } = [];
}

/// <summary>What a device remembers of a conversation's session key (CL-43, CL-44).</summary>
/// <param name="SessionKeyUuid">The key that the count is of.</param>
/// <param name="Reserved">Messages that this device may have sealed with it: written ahead, so that a crash counts too many and never too few.</param>
/// <param name="IsDue">This device removed somebody, and the key has not been replaced since.</param>
/// <param name="Pending">The JSON of the RequestAddNewSessionKeys that has no answer yet: the very same is sent again.</param>
public sealed record KeyWork(string? SessionKeyUuid = null, int Reserved = 0, bool IsDue = false, string? Pending = null);

/// <summary>A message whose files are sealed on this device and not all at the server.</summary>
/// <param name="Request">The JSON of its RequestAddMessage.</param>
public sealed record PendingFiles(string ConversationUuid, string MessageUuid, string Request, ImmutableList<PendingFile> Files);

/// <summary>One sealed file that waits.</summary>
/// <param name="Spooled">Its name in the folder of sealed files.</param>
/// <param name="SealedName">What the server calls it.</param>
/// <param name="Bytes">Of the sealed file.</param>
/// <param name="PreviewOf">The sealed name of the file that this is the preview of, or null.</param>
/// <param name="Url">Where its upload goes on, or null.</param>
/// <param name="IsSent">The server has it.</param>
public sealed record PendingFile(string Spooled, string SealedName, long Bytes, string? PreviewOf = null, string? Url = null, bool IsSent = false);

/// <summary>Somebody's public key.</summary>
/// <param name="PairUuid">The server's name of the key pair.</param>
/// <param name="PublicKey">In PEM.</param>
public sealed record KnownKey(string? PairUuid, string PublicKey);

/// <summary>How far this device has read: the last notification, and the newest message of each conversation, that its application has handled.</summary>
public sealed record Progress
{
    /// <summary>Where to resume; null: never heard anything.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether the conversations were read once: what is unknown from then on is new.</summary>
    public bool Synchronised { get; init; }

    /// <summary>Up to where RequestSync has told what changed; it stands for the messages that were handled before it was stored.</summary>
    public string? SyncToken { get; init; }

    /// <summary>Conversation (upper case) → the newest message that was handled.</summary>
    public ImmutableDictionary<string, Mark> Seen { get; init; } = ImmutableDictionary<string, Mark>.Empty;
}

/// <summary>A place in a conversation.</summary>
/// <param name="Created">Milliseconds since the Unix epoch; strictly increases inside a conversation.</param>
/// <param name="SessionKeyUuid">The key of the newest message.</param>
/// <param name="Uses">Messages in a row, up to this one, that named that key.</param>
/// <param name="Departed">When somebody last left or was removed, in milliseconds since the Unix epoch; 0: nobody did.</param>
public sealed record Mark(string Uuid, long Created, string? SessionKeyUuid = null, int Uses = 0, long Departed = 0)
{
    /// <summary>The place behind a message that follows this one; <paramref name="before"/> is null at the first.</summary>
    internal static Mark After(Mark? before, Message message) => new(
        message.Uuid,
        message.Created,
        message.SessionKeyUuid,
        string.Equals(before?.SessionKeyUuid, message.SessionKeyUuid, StringComparison.OrdinalIgnoreCase) ? before!.Uses + 1 : 1,
        message.EventType is EventTypes.Leaved or EventTypes.Kicked ? message.Created : before?.Departed ?? 0);
}
