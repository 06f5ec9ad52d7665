using System.Security.Cryptography;
using System.Text;

namespace Messenger.Client.Crypto;

/// <summary>Seals what only its owner reads: the own nick, contacts, params. The server keeps it wrapped with the owner's public key.</summary>
public sealed class MetaDataKey
{
    private static readonly byte[] Bound = "metadata"u8.ToArray();
    private readonly byte[] _key;

    private MetaDataKey(byte[] key) => _key = key;

    public static MetaDataKey Create() => new(RandomNumberGenerator.GetBytes(Sealed.KeyBytes));

    /// <exception cref="CryptographicException">It is not wrapped for this key pair.</exception>
    public static MetaDataKey Open(string wrapped, KeyPair own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return new(own.Unwrap(wrapped));
    }

    /// <summary>For the server to keep.</summary>
    public string Wrap(KeyPair own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return PublicKeys.Wrap(own.PublicKey, _key);
    }

    /// <summary>In the seed's shape: Base64 of a JSON object.</summary>
    public string Seal(string text) => SealedLabel.Of(Sealed.Seal(_key, Encoding.UTF8.GetBytes(text), Bound)).ToText();

    /// <exception cref="CryptographicException">It was changed.</exception>
    /// <exception cref="FormatException">It is no such thing.</exception>
    public string Open(string label) => Encoding.UTF8.GetString(SealedLabel.Parse(label).Body.Open(_key, Bound));
}
