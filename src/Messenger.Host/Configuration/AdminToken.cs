using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Messenger.Host.Configuration;

namespace Messenger.Host.Configuration;

/// <summary>Who may call the operator's interface: known by the hash of a token, so that the configuration gives nobody a key.</summary>
/// <param name="Name">What the audit log calls its holder.</param>
/// <param name="Hash">SHA-256 of the token.</param>
/// <param name="Expires">The first moment at which it is not taken any more; null for never.</param>
/// <param name="MayChange">An operator's; false for a reader's, which looks and changes nothing.</param>
internal sealed record AdminToken(string Name, byte[] Hash, DateTimeOffset? Expires, bool MayChange = true)
{
    private const string Reader = "reader";
    private const string Operator = "operator";

    /// <exception cref="StartRefusedException">An entry is none. What was given is not repeated.</exception>
    public static IReadOnlyList<AdminToken> Parse(string? text)
    {
        var tokens = (text ?? "").Split([',', ';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(One).ToList();
        if (Guesses.FirstOf(tokens) is { } guessed)
        {
            throw IntegrationKeys.AdminTokens.Refuse($"the token of '{guessed.Name}' can be guessed: 'messenger admin token {guessed.Name}' makes one", "");
        }

        return tokens.DistinctBy(token => token.Name).Count() == tokens.Count
            ? tokens
            : throw IntegrationKeys.AdminTokens.Refuse("two entries have the same name: the audit log could not tell them apart", "");
    }

    /// <summary>Whose token this is. How long that takes does not tell how much of a guess was right.</summary>
    public static AdminToken? Match(IReadOnlyList<AdminToken> tokens, string given)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        AdminToken? found = null;
        foreach (var token in tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(token.Hash, hash))
            {
                found = token;
            }
        }

        return found;
    }

    private static AdminToken One(string entry)
    {
        var parts = entry.Split(':');
        if (parts.Length is < 2 or > 4 || parts[0].Length is 0 or > 64 || parts[0].Any(char.IsControl)
            || parts[1].Length != 2 * SHA256.HashSizeInBytes || !parts[1].All(char.IsAsciiHexDigit))
        {
            throw Refused();
        }

        DateTimeOffset? expires = null;
        bool? mayChange = null;
        foreach (var part in parts[2..])
        {
            if (mayChange is null && part is (Reader or Operator))
            {
                mayChange = part == Operator;
            }
            else if (expires is null && DateOnly.TryParseExact(part, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var last))
            {
                // Through that day, wherever on Earth its holder looks at a calendar that says UTC.
                expires = new DateTimeOffset(last.AddDays(1), default, TimeSpan.Zero);
            }
            else
            {
                throw Refused();
            }
        }

        return new AdminToken(parts[0], Convert.FromHexString(parts[1]), expires, mayChange ?? true);
    }

    private static StartRefusedException Refused() =>
        IntegrationKeys.AdminTokens.Refuse($"an entry is none; it takes {IntegrationKeys.AdminTokens.Takes}", "");
}
