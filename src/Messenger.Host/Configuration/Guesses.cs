using System.Security.Cryptography;
using System.Text;

namespace Messenger.Host.Configuration;

/// <summary>
/// Tokens that somebody would find by trying. A hash does not tell how long its token is, so the likely ones are hashed and compared: some hundred
/// thousand, a fraction of a second at the start of a server that has tokens.
/// </summary>
internal static class Guesses
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";

    /// <summary>Lengths that are tried whole: printable ASCII, small letters, digits.</summary>
    private const int AnyLength = 2;

    private const int LetterLength = 4;
    private const int DigitLength = 5;

    private static readonly string[] Words =
    [
        "", "admin", "administrator", "changeme", "change-me", "default", "dev", "123456", "1234567", "12345678", "123456789", "000000", "00000000", "letmein", "master",
        "messenger", "operator", "ops", "password", "password1", "passw0rd", "qwerty", "root", "secret", "server", "supersecret", "test", "testing", "token", "welcome",
    ];

    private static readonly string Printable = string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code));

    /// <summary>One whose token is found; null where none is.</summary>
    public static AdminToken? FirstOf(IReadOnlyList<AdminToken> tokens)
    {
        if (tokens.Count == 0)
        {
            return null;
        }

        var hashes = tokens.ToLookup(token => Convert.ToHexString(token.Hash));
        var guesses = Words.Concat(tokens.Select(token => token.Name)).SelectMany(word => (string[])[word, word.ToUpperInvariant()])
            .Concat(All(Printable, AnyLength)).Concat(All(Letters, LetterLength)).Concat(All(Digits, DigitLength));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var guess in guesses)
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(guess), hash);
            if (hashes[Convert.ToHexString(hash)].FirstOrDefault() is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Every text of these characters up to that length, and the empty one.</summary>
    private static IEnumerable<string> All(string characters, int length) =>
        length == 0 ? [""] : All(characters, length - 1).SelectMany(shorter => characters.Select(next => shorter + next)).Append("");
}
