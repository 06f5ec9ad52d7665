using System.Security.Cryptography;
using System.Text;
using Messenger.Protocol;

namespace Messenger.Client.Crypto;

/// <summary>A session key in the clear: seals what is said in one conversation. It never leaves this process unwrapped.</summary>
public sealed class SessionSecret
{
    private const int KeyBytes = 32;
    private readonly byte[] _key;

    private SessionSecret(string conversation, byte[] key) => (Conversation, _key) = (Canonical(conversation), key);

    /// <summary>The conversation's UUID, in lower case.</summary>
    public string Conversation { get; }

    public static SessionSecret Create(string conversation) => new(conversation, RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>Opens one's own copy and checks who made it.</summary>
    /// <param name="signerPublicKey">The signer's key, in PEM.</param>
    /// <exception cref="CryptographicException">It is not for this key pair, or its signature is not the signer's.</exception>
    public static SessionSecret Open(SessionKey wrapped, KeyPair own, string signerPublicKey)
    {
        ArgumentNullException.ThrowIfNull(wrapped);
        ArgumentNullException.ThrowIfNull(own);
        var secret = new SessionSecret(wrapped.ConversationUuid, own.Unwrap(wrapped.KeyEncryptedBase64));
        return PublicKeys.Verify(signerPublicKey, secret.Signed(), wrapped.SignatureBase64)
            ? secret
            : throw new CryptographicException("the session key's signature is not its signer's: it is not used");
    }

    /// <summary>This key for one member, signed by who made it.</summary>
    /// <param name="signature">From <see cref="Sign"/>: one serves all members.</param>
    public SessionKeyValue WrapFor(string userId, string publicKey, string signature, string signerUserId, string? signerKeyPairUuid) =>
        new(PublicKeys.Wrap(publicKey, _key), signature, signerKeyPairUuid, signerUserId, userId);

    public string Sign(KeyPair signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return signer.Sign(Signed());
    }

    /// <summary>Seals a message's body; what it belongs to is authenticated with it, so that the server cannot move it elsewhere.</summary>
    public Sealed SealBody(string messageUuid, string sessionKeyUuid, string author, string text) =>
        Sealed.Seal(_key, Encoding.UTF8.GetBytes(text), Bound(messageUuid, sessionKeyUuid, author));

    /// <exception cref="CryptographicException">It was changed, or belongs elsewhere.</exception>
    public string OpenBody(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var body = new Sealed(message.BodyEncryptedBase64 ?? "", message.IvBase64 ?? "");
        return Encoding.UTF8.GetString(body.Open(_key, Bound(message.Uuid, message.SessionKeyUuid, message.UserId)));
    }

    /// <summary>A nick or a title, in the seed's shape: Base64 of a JSON object.</summary>
    public string SealLabel(string sessionKeyUuid, string text) =>
        SealedLabel.Of(Sealed.Seal(_key, Encoding.UTF8.GetBytes(text), Label), Conversation, sessionKeyUuid).ToText();

    /// <exception cref="CryptographicException">It was changed.</exception>
    /// <exception cref="FormatException">It is no such thing.</exception>
    public string OpenLabel(string label) => Encoding.UTF8.GetString(SealedLabel.Parse(label).Body.Open(_key, Label));

    private byte[] Label => Encoding.UTF8.GetBytes($"label\n{Conversation}");

    private byte[] Bound(string messageUuid, string sessionKeyUuid, string author) =>
        Encoding.UTF8.GetBytes($"message\n{Conversation}\n{Canonical(messageUuid)}\n{Canonical(sessionKeyUuid)}\n{author}");

    private byte[] Signed() => [.. Encoding.UTF8.GetBytes($"session-key\n{Conversation}\n"), .. _key];

    private static string Canonical(string uuid) => Guid.Parse(uuid).ToString();
}
