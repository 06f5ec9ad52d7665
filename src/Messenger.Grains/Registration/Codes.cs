using System.Security.Cryptography;
using System.Text;
using Orleans;

namespace Messenger.Grains.Registration;

/// <summary>A code as stored: never the digits themselves.</summary>
/// <param name="Expires">Milliseconds since the Unix epoch.</param>
/// <param name="Tries">How often it was guessed wrong.</param>
/// <param name="Used">It was right once, and what it was for is done.</param>
[GenerateSerializer, Immutable]
internal sealed record IssuedCode(byte[] Salt, byte[] Hash, long Expires, int Tries, bool Used);

/// <summary>What a given code turned out to be.</summary>
internal enum Verdict
{
    Right,

    /// <summary>Right, and it was used before.</summary>
    Again,

    Wrong,

    /// <summary>There is no code, or it expired, or it was guessed wrong too often: whatever was given is not looked at.</summary>
    Void,
}

/// <summary>The rules of codes, pure.</summary>
internal static class Codes
{
    private const int SaltBytes = 16;

    /// <summary>New digits, from the system's random generator.</summary>
    public static string Draw(RegistrationOptions options) =>
        string.IsNullOrEmpty(options.FixedCode) ? RandomNumberGenerator.GetString("0123456789", Math.Clamp(options.CodeLength, 5, 10)) : options.FixedCode;

    public static IssuedCode Issue(string digits, TimeSpan lifetime, long now)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new IssuedCode(salt, Hash(salt, digits), now + (long)lifetime.TotalMilliseconds, Tries: 0, Used: false);
    }

    public static bool IsAlive(IssuedCode? code, int maxTries, long now) => code is not null && now < code.Expires && code.Tries < maxTries;

    /// <summary>Looks at a given code in constant time, and counts a wrong one.</summary>
    public static (IssuedCode? After, Verdict Verdict) Check(IssuedCode? code, string given, int maxTries, long now)
    {
        if (!IsAlive(code, maxTries, now))
        {
            return (code, Verdict.Void);
        }

        return !CryptographicOperations.FixedTimeEquals(Hash(code!.Salt, given), code.Hash) ? (code with { Tries = code.Tries + 1 }, Verdict.Wrong)
            : code.Used ? (code, Verdict.Again)
            : (code, Verdict.Right);
    }

    private static byte[] Hash(byte[] salt, string digits) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(digits));
}
