using System.Security.Cryptography;
using System.Text;
using Messenger.Protocol;

namespace Messenger.Client.Crypto;

/// <summary>A session key in the clear: seals what is said in one conversation. It never leaves this process unwrapped.</summary>
/// <remarks>UUIDs are bound in lower case: two spellings of one UUID are one conversation.</remarks>
public sealed class SessionSecret
{
    private readonly byte[] _key;

    private SessionSecret(string conversation, byte[] key) => (Conversation, _key) = (Canonical(conversation), key);

    /// <summary>The conversation's UUID, in lower case.</summary>
    public string Conversation { get; }

    public static SessionSecret Create(string conversation) => new(conversation, RandomNumberGenerator.GetBytes(Sealed.KeyBytes));

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

    /// <summary>This key wrapped for one member.</summary>
    public string WrapFor(string publicKey) => PublicKeys.Wrap(publicKey, _key);

    /// <summary>One signature serves all members: it covers the key and its conversation.</summary>
    public string Sign(KeyPair signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return signer.Sign(Signed());
    }

    /// <summary>Seals a message's body; what it belongs to is authenticated with it, so that the server cannot move it elsewhere.</summary>
    public Sealed SealBody(string messageUuid, string sessionKeyUuid, string author, string text) =>
        Sealed.Seal(_key, Encoding.UTF8.GetBytes(text), OfMessage(messageUuid, sessionKeyUuid, author));

    /// <exception cref="CryptographicException">It was changed, or belongs elsewhere.</exception>
    public string OpenBody(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var body = new Sealed(message.BodyEncryptedBase64 ?? "", message.IvBase64 ?? "");
        return Encoding.UTF8.GetString(body.Open(_key, OfMessage(message.Uuid, message.SessionKeyUuid, message.UserId)));
    }

    /// <summary>The conversation's title, in the seed's shape: Base64 of a JSON object.</summary>
    public string SealTitle(string sessionKeyUuid, string title) => Seal(sessionKeyUuid, title, "title");

    /// <exception cref="CryptographicException">It was changed, or is another conversation's.</exception>
    /// <exception cref="FormatException">It is no such thing.</exception>
    public string OpenTitle(string label) => Open(label, "title");

    /// <summary>A member's nick in the conversation, in the seed's shape: Base64 of a JSON object.</summary>
    public string SealNick(string sessionKeyUuid, string owner, string nick) => Seal(sessionKeyUuid, nick, $"nick\n{owner}");

    /// <exception cref="CryptographicException">It was changed, or is somebody else's.</exception>
    /// <exception cref="FormatException">It is no such thing.</exception>
    public string OpenNick(string label, string owner) => Open(label, $"nick\n{owner}");

    /// <summary>A file's name and type: what the server keeps as <c>fileNameEncrypted</c>.</summary>
    public string SealFileName(string messageUuid, string sessionKeyUuid, string author, string name, string type) =>
        new SealedFileName(name, type).Seal(_key, OfFileName(messageUuid, sessionKeyUuid, author));

    /// <exception cref="CryptographicException">It was changed, or belongs elsewhere.</exception>
    public SealedFileName OpenFileName(string messageUuid, string sessionKeyUuid, string author, string name) =>
        SealedFileName.Open(name, _key, OfFileName(messageUuid, sessionKeyUuid, author));

    /// <summary>Seals a file chunk by chunk; its sealed name is bound to it.</summary>
    public Task SealFile(
        string messageUuid, string sessionKeyUuid, string author, string sealedName, Stream plain, Stream target, CancellationToken cancellation = default) =>
        SealedFile.Seal(_key, OfFile(messageUuid, sessionKeyUuid, author, sealedName), plain, target, cancellation);

    /// <summary>Opens a file chunk by chunk. What was written is only to be used when this returns.</summary>
    /// <exception cref="CryptographicException">It was changed, cut or extended, or belongs elsewhere.</exception>
    public Task OpenFile(
        string messageUuid, string sessionKeyUuid, string author, string sealedName, Stream sealedFile, Stream target, CancellationToken cancellation = default) =>
        SealedFile.Open(_key, OfFile(messageUuid, sessionKeyUuid, author, sealedName), sealedFile, target, cancellation);

    private byte[] OfFileName(string messageUuid, string sessionKeyUuid, string author) =>
        Encoding.UTF8.GetBytes($"file-name\n{Conversation}\n{Canonical(messageUuid)}\n{Canonical(sessionKeyUuid)}\n{author}");

    private byte[] OfFile(string messageUuid, string sessionKeyUuid, string author, string sealedName) =>
        Encoding.UTF8.GetBytes($"file\n{Conversation}\n{Canonical(messageUuid)}\n{Canonical(sessionKeyUuid)}\n{author}\n{sealedName}");

    private static string Canonical(string uuid) =>
        Guid.TryParse(uuid, out var parsed) ? parsed.ToString() : throw new CryptographicException("a UUID of the server's is none");

    private string Seal(string sessionKeyUuid, string text, string what) =>
        SealedLabel.Of(Sealed.Seal(_key, Encoding.UTF8.GetBytes(text), OfLabel(sessionKeyUuid, what)), Conversation, sessionKeyUuid).ToText();

    private string Open(string label, string what)
    {
        var parsed = SealedLabel.Parse(label);
        return Encoding.UTF8.GetString(parsed.Body.Open(_key, OfLabel(parsed.SessionKeyUuid ?? "", what)));
    }

    private byte[] OfLabel(string sessionKeyUuid, string what) =>
        Encoding.UTF8.GetBytes($"{what}\n{Conversation}\n{Canonical(sessionKeyUuid)}");

    private byte[] OfMessage(string messageUuid, string sessionKeyUuid, string author) =>
        Encoding.UTF8.GetBytes($"message\n{Conversation}\n{Canonical(messageUuid)}\n{Canonical(sessionKeyUuid)}\n{author}");

    private byte[] Signed() => [.. Encoding.UTF8.GetBytes($"session-key\n{Conversation}\n"), .. _key];
}
