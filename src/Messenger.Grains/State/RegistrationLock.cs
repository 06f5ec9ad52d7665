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

    /// <summary>Which key it was made under, see <see cref="CredentialSeal.KeyId"/>; null in rows of before.</summary>
    [Id(0)]
    public byte[]? KeyId { get; init; }

    public static RegistrationLock Of(string userId, string verifier, CredentialSeal seal)
    {
        var salt = RandomNumberGenerator.GetBytes(Bytes / 2);
        return new RegistrationLock(salt, Stretch(seal.Macs(Said(userId, verifier)).First(), salt, UsualRounds), UsualRounds) { KeyId = seal.KeyId };
    }

    /// <summary>In constant time for each key. Right under an older key, it is to be made anew under the newest: only who gives it can.</summary>
    public bool IsRight(string userId, string verifier, CredentialSeal seal) =>
        seal.Macs(Said(userId, verifier)).Any(mac => CryptographicOperations.FixedTimeEquals(Hash, Stretch(mac, Salt, Rounds)));

    public bool IsStale(CredentialSeal seal) => !seal.KeyId.AsSpan().SequenceEqual(KeyId);

    private static byte[] Said(string userId, string verifier) => Encoding.UTF8.GetBytes($"registration-lock:{userId}:{verifier}");

    private static byte[] Stretch(byte[] mac, byte[] salt, int rounds) => Rfc2898DeriveBytes.Pbkdf2(mac, salt, rounds, HashAlgorithmName.SHA256, Bytes);
}
