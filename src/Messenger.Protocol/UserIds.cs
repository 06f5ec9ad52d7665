using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Messenger.Protocol;

/// <summary>How a user is named: <c>userId</c> = Base64(SHA-256(UTF-8 of the E.164 phone number)).</summary>
public static class UserIds
{
    /// <summary>Characters of a user id.</summary>
    public const int Length = 44;

    /// <summary>The id of the user with this phone number.</summary>
    /// <param name="openUserId">A phone number in E.164, such as <c>+35794048714</c>.</param>
    public static string FromPhone(string openUserId) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(openUserId)));

    /// <summary>Whether this is Base64 of 32 bytes in its one canonical spelling, so that two spellings never name one user.</summary>
    public static bool IsUserId(string value) =>
        value.Length == Length && value[43] == '='
        && "AEIMQUYcgkosw048".Contains(value[42], StringComparison.Ordinal)
        && Base64.IsValid(value.AsSpan(), out var bytes) && bytes == 32
        && !value.AsSpan().ContainsAny(" \t\r\n");
}
