namespace Messenger.Client.Profiles;

/// <summary>What a device keeps between two runs. Private keys are in it wrapped under the owner's passphrase alone.</summary>
public sealed record ProfileData
{
    /// <summary>The phone number in E.164.</summary>
    public string? Phone { get; init; }

    /// <summary>This installation's uuid: its credential at the server.</summary>
    public string? ApplicationUuid { get; init; }

    /// <summary>The private key in PEM, wrapped.</summary>
    public string? PrivateKeyEncrypted { get; init; }

    public string? KeyPairUuid { get; init; }

    /// <summary>The last notification that was handled.</summary>
    public string? Cursor { get; init; }

    /// <summary>Conversation → the newest message that was handed to the application: its uuid and its time.</summary>
    public IReadOnlyDictionary<string, Mark> Seen { get; init; } = new Dictionary<string, Mark>();

    /// <summary>User → fingerprint of the key that was first seen (trust on first use).</summary>
    public IReadOnlyDictionary<string, string> Fingerprints { get; init; } = new Dictionary<string, string>();
}

/// <summary>A place in a conversation.</summary>
public sealed record Mark(string Uuid, long Created);
