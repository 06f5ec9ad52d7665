using System.Security.Cryptography;

namespace Messenger.Conformance.Phones;

/// <summary>Stands for ciphertext: the server must not care what is in it.</summary>
public static class Opaque
{
    public static string Base64(int bytes) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));

    /// <summary>A session key wrapped for a user.</summary>
    public static object Key(string signer, string userId) => new
    {
        keyEncryptedBase64 = Base64(512),
        signatureBase64 = Base64(512),
        signerKeyPairUuid = Guid.NewGuid().ToString(),
        signerUserId = signer,
        userId,
    };

    public static string Uuid() => Guid.NewGuid().ToString();
}
