namespace Messenger.Protocol;

/// <summary>Sizes that the protocol fixes. Lengths are in characters unless the name says otherwise.</summary>
public static class Limits
{
    /// <summary>Characters of an <c>id</c> in an envelope.</summary>
    public const int EnvelopeId = 64;

    /// <summary>Bytes of a message's encrypted body, decoded: 64 KiB.</summary>
    public const int BodyBytes = 64 * 1024;

    /// <summary>An encrypted nick, title or contact field: Base64 of a small JSON object.</summary>
    public const int Ciphertext = 8 * 1024;

    /// <summary>A wrapped session key or its signature: 684 characters for RSA-4096, with room for what comes after RSA.</summary>
    public const int WrappedKey = 8 * 1024;

    /// <summary>A key pair's half in PEM.</summary>
    public const int Pem = 16 * 1024;

    /// <summary>A device's public key of one link, in Base64: 44 characters for X25519, with room for what comes after it.</summary>
    public const int EphemeralKey = 4 * 1024;

    /// <summary>Bytes of what an old device gives a new one over a link, decoded: 32 KiB.</summary>
    public const int LinkBytes = 32 * 1024;

    /// <summary>A push token.</summary>
    public const int DeviceToken = 4 * 1024;

    /// <summary>A name of a device, its vendor, its system.</summary>
    public const int Label = 128;

    /// <summary>A reason for a report.</summary>
    public const int Reason = 1024;

    /// <summary>Ids in one RequestGetRegisteredUsers.</summary>
    public const int CheckUserList = 1000;

    /// <summary>Ids in one RequestGetUserInfoMulti.</summary>
    public const int UserInfoMulti = 500;

    /// <summary>Messages in one page or one call.</summary>
    public const int Page = 100;

    /// <summary>Messages in one RequestMessagesReaded or RequestDeleteMessages.</summary>
    public const int Marks = 1000;

    /// <summary>Contacts of one user.</summary>
    public const int Contacts = 10_000;

    /// <summary>Named parameters of one user.</summary>
    public const int Params = 64;

    /// <summary>Bytes of one parameter's value, in UTF-8: 64 KiB.</summary>
    public const int ParamBytes = 64 * 1024;

    /// <summary>What a client keeps beside a conversation.</summary>
    public const int PreferenceData = 4 * 1024;

    /// <summary>The same, of all conversations of one user together: one answer tells them all.</summary>
    public const int PreferenceDataTogether = 1024 * 1024;

    /// <summary>Conversations that one user has pinned.</summary>
    public const int Pinned = 100;

    /// <summary>Files of one message, previews included.</summary>
    public const int FilesOfMessage = 100;

    /// <summary>An encrypted file name. As long as the names of a file system may be, encrypted and in Base64.</summary>
    public const int FileName = 1024;

    /// <summary>The same in UTF-8: it stands in an index, and PostgreSQL's pages take 2 704 bytes of one entry.</summary>
    public const int FileNameBytes = 2 * 1024;

    /// <summary>Bytes of an avatar: 5 MiB, a picture as phones take them.</summary>
    public const int AvatarBytes = 5 * 1024 * 1024;

    /// <summary>After what time a message may expire, at the earliest: below it nobody could read it.</summary>
    public const int ExpiryMinSeconds = 5;

    /// <summary>At the latest: a year.</summary>
    public const int ExpiryMaxSeconds = 365 * 24 * 60 * 60;

    /// <summary>People up to whose number a new session key names everyone: with signatures, twice as many would not fit into one message.</summary>
    public const int RekeyedWhole = 100;

    /// <summary>Bytes of a signal's encrypted body, decoded: 16 KiB, some times a session description.</summary>
    public const int SignalBytes = 16 * 1024;

    /// <summary>People whom one signal names: as many as a call rings at most.</summary>
    public const int SignalNamed = 32;

    /// <summary>People in one conversation.</summary>
    public const int Members = 10_000;
}
