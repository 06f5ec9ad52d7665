using System.Collections.Immutable;

namespace Messenger.Client.Profiles;

/// <summary>Who this device is, and whom it trusts. Private keys are in it wrapped under the owner's passphrase alone.</summary>
public sealed record ProfileData
{
    /// <summary>The phone number in E.164.</summary>
    public string? Phone { get; init; }

    /// <summary>This installation's uuid: its credential at the server.</summary>
    public string? ApplicationUuid { get; init; }

    /// <summary>The private key in PEM, wrapped.</summary>
    public string? PrivateKeyEncrypted { get; init; }

    public string? KeyPairUuid { get; init; }

    /// <summary>User → the public keys seen of that user, the first one first (trust on first use).</summary>
    public ImmutableDictionary<string, ImmutableArray<KnownKey>> Known { get; init; } = ImmutableDictionary<string, ImmutableArray<KnownKey>>.Empty;
}

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

    /// <summary>Conversation (upper case) → the newest message that was handled.</summary>
    public ImmutableDictionary<string, Mark> Seen { get; init; } = ImmutableDictionary<string, Mark>.Empty;
}

/// <summary>A place in a conversation.</summary>
/// <param name="Created">Milliseconds since the Unix epoch; strictly increases inside a conversation.</param>
public sealed record Mark(string Uuid, long Created);
