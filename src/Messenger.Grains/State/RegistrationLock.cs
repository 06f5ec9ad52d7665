using System.Security.Cryptography;
using System.Text;
using Orleans;

namespace Messenger.Grains.State;

/// <summary>A registration lock as stored: a slow hash of what the client made of the PIN, under the key that is in no database.</summary>
/// <remarks>
/// The client's own 600 000 rounds are what makes trying PINs slow; these are for a thief of the database who has the key too.
/// </remarks>
[GenerateSerializer, Immutable]
internal sealed record RegistrationLock(byte[] Salt, byte[] Hash, int Rounds)
{
    private const int Bytes = 32;

    /// <summary>Some ten milliseconds.</summary>
    private const int UsualRounds = 20_000;

    public static RegistrationLock Of(string userId, string verifier, CredentialSeal seal)
    {
        var salt = RandomNumberGenerator.GetBytes(Bytes / 2);
        return new RegistrationLock(salt, Stretch(userId, verifier, seal, salt, UsualRounds), UsualRounds);
    }

    /// <summary>In constant time.</summary>
    public bool IsRight(string userId, string verifier, CredentialSeal seal) =>
        CryptographicOperations.FixedTimeEquals(Hash, Stretch(userId, verifier, seal, Salt, Rounds));

    private static byte[] Stretch(string userId, string verifier, CredentialSeal seal, byte[] salt, int rounds) => Rfc2898DeriveBytes.Pbkdf2(
        seal.Mac(Encoding.UTF8.GetBytes($"registration-lock:{userId}:{verifier}")), salt, rounds, HashAlgorithmName.SHA256, Bytes);
}
