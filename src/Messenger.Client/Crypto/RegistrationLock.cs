using System.Security.Cryptography;
using System.Text;

namespace Messenger.Client.Crypto;

/// <summary>The registration lock: what a client makes of a PIN, which the server is never told.</summary>
public static class RegistrationLock
{
    /// <summary>The same in every library: what one sets, another has to give.</summary>
    private const int Rounds = 600_000;

    private const int Bytes = 32;

    /// <summary>Whether this process can normalise at all: in .NET's invariant mode it does nothing, and says nothing.</summary>
    private static readonly bool Normalises = "\uff11".Normalize(NormalizationForm.FormKC) == "1";

    /// <summary>The <c>verifier</c> of RequestSetRegistrationLock and RequestGiveRegistrationLock, and the <c>registrationLock</c> of a confirmation. Takes a good part of a second.</summary>
    /// <exception cref="PlatformNotSupportedException">The PIN is not ASCII, and this process cannot normalise it: it would lock out the person's other clients.</exception>
    public static string Verifier(string userId, string pin)
    {
        ArgumentNullException.ThrowIfNull(pin);
        if (!Normalises && !Ascii.IsValid(pin))
        {
            throw new PlatformNotSupportedException("a PIN beyond ASCII needs ICU: this process runs with InvariantGlobalization");
        }

        return Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(pin.Normalize(NormalizationForm.FormKC)), Encoding.UTF8.GetBytes($"registration-lock:{userId}"), Rounds, HashAlgorithmName.SHA256, Bytes));
    }
}
