using System.Text;
using Messenger.Contracts;

namespace Messenger.Grains.Registration;

/// <summary>What an SMS with a code says, in the language of the country that the number is of: what the code is for, since somebody else may have asked for it.</summary>
/// <param name="ByLanguage">Texts with <c>{code}</c> in them: of a registration by language (<c>de</c>), of the rest by language and purpose (<c>de/keys</c>, <c>de/deletion</c>).</param>
/// <param name="Languages">Digits a number begins with (the longest counts), and the language there.</param>
/// <param name="Default">The language of all other numbers.</param>
public sealed record SmsTexts(IReadOnlyDictionary<string, string> ByLanguage, IReadOnlyDictionary<string, string> Languages, string Default)
{
    /// <summary>Where the code goes.</summary>
    public const string Placeholder = "{code}";

    /// <summary>What Android's SMS Retriever reads, and what one SMS carries.</summary>
    public const int MaxBytes = 140;

    /// <summary>English, as it comes.</summary>
    public static readonly SmsTexts English = new(
        new Dictionary<string, string>
        {
            ["en"] = "Your code to register a device: {code}. Never tell it to anybody.",
            ["en/keys"] = "Your code to CHANGE YOUR KEYS: {code}. Never tell it to anybody.",
            ["en/deletion"] = "Your code to DELETE YOUR ACCOUNT: {code}. Never tell it to anybody.",
        },
        new Dictionary<string, string>(), "en");

    /// <summary>What purposes are called in configuration; a registration's text has none.</summary>
    public static IReadOnlyList<string> Purposes { get; } = ["keys", "deletion"];

    /// <param name="phone">E.164.</param>
    public string Of(string phone, CodePurpose purpose)
    {
        var digits = phone.AsSpan(phone.StartsWith('+') ? 1 : 0);
        var (longest, language) = (0, Default);
        foreach (var (prefix, there) in Languages)
        {
            if (prefix.Length > longest && digits.StartsWith(prefix, StringComparison.Ordinal))
            {
                (longest, language) = (prefix.Length, there);
            }
        }

        // A language without a text of its own for this says it in English: the text of a registration would be a lie.
        return purpose switch
        {
            CodePurpose.UpdateKeys => Of(language, "keys"),
            CodePurpose.DeleteUser => Of(language, "deletion"),
            _ => ByLanguage[language],
        };
    }

    private string Of(string language, string purpose) =>
        ByLanguage.GetValueOrDefault($"{language}/{purpose}") ?? ByLanguage.GetValueOrDefault($"en/{purpose}") ?? English.ByLanguage[$"en/{purpose}"];

    /// <summary>Whether a text with the longest code, and on Android with what the SMS Retriever wants, is one SMS of at most 140 bytes.</summary>
    public static bool Fits(string text)
    {
        var whole = Compose(text, "1234567890", "p1VSyoHQY8a");

        // Beyond plain letters an SMS takes two bytes for each character.
        return Encoding.UTF8.GetByteCount(whole) <= MaxBytes && (whole.All(char.IsAscii) || whole.Length * 2 <= MaxBytes);
    }

    /// <summary>At most 140 bytes; for Android <c>&lt;#&gt;</c> first, the application's hash last.</summary>
    public static string Compose(string text, string digits, string? androidSmsToken)
    {
        var said = text.Replace(Placeholder, digits, StringComparison.Ordinal);
        return string.IsNullOrEmpty(androidSmsToken) ? said : $"<#> {said}\n{androidSmsToken}";
    }
}
