using System.Buffers;
using System.Text;

namespace Messenger.Protocol;

/// <summary>The vocabulary of <see cref="IRequest.Fault"/>: each rule gives null, or a sentence that names the field and says what it takes.</summary>
public static class Shape
{
    private const int UuidLength = 36;

    /// <summary>128 bits in base64url.</summary>
    private const int ShortestApplicationUuid = 22;

    /// <summary>Guid's own parser also takes "0x", signs and spaces: then two spellings that differ in more than case would name one thing.</summary>
    private static readonly SearchValues<char> OfUuids = SearchValues.Create("0123456789abcdefABCDEF-");

    /// <summary>A UUID with hyphens, in either case: <c>6921d2fd-e88c-4802-bb70-d7a18770939e</c>.</summary>
    public static string? Uuid(string? value, string field) =>
        value is null ? Missing(field)
        : value.Length == UuidLength && !value.AsSpan().ContainsAnyExcept(OfUuids) && Guid.TryParseExact(value, "D", out _) ? null
        : $"{field} must be a UUID such as 6921d2fd-e88c-4802-bb70-d7a18770939e";

    public static string? OptionalUuid(string? value, string field) => value is null ? null : Uuid(value, field);

    public static string? Uuids(string[]? values, string field, int max)
    {
        if (values is null)
        {
            return Missing(field);
        }

        if (values.Length > max)
        {
            return $"{field} takes at most {max} UUIDs, and has {values.Length}";
        }

        foreach (var value in values)
        {
            if (Uuid(value, field) is not null)
            {
                return $"{field} must hold UUIDs only, such as 6921d2fd-e88c-4802-bb70-d7a18770939e";
            }
        }

        return null;
    }

    /// <summary>Base64 of a SHA-256: 44 characters. See <see cref="UserIds"/>.</summary>
    public static string? UserId(string? value, string field) =>
        value is null ? Missing(field)
        : UserIds.IsUserId(value) ? null
        : $"{field} must be Base64 of the SHA-256 of a phone number (44 characters)";

    public static string? OptionalUserId(string? value, string field) => value is null ? null : UserId(value, field);

    public static string? ManyUserIds(IReadOnlyCollection<string>? values, string field, int max)
    {
        if (values is null)
        {
            return Missing(field);
        }

        if (values.Count > max)
        {
            return $"{field} takes at most {max} ids, and has {values.Count}";
        }

        foreach (var value in values)
        {
            if (UserId(value, field) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>An application's uuid: opaque, case-sensitive, 1 to 128 characters, none of them a control character.</summary>
    public static string? ApplicationUuid(string? value, string field) =>
        value is null ? Missing(field)
        : value.Length is >= 1 and <= 128 && !value.Any(char.IsControl) ? null
        : $"{field} must have 1 to 128 characters and no control characters";

    /// <summary>A new one: what is shorter could be guessed.</summary>
    public static string? NewApplicationUuid(string? value, string field) =>
        ApplicationUuid(value, field) ?? (value!.Length >= ShortestApplicationUuid ? null : $"{field} must have {ShortestApplicationUuid} to 128 characters: it is a secret, draw 128 random bits");

    /// <summary>Base64 of 32 bytes: what a PIN was made into, and no PIN.</summary>
    public static string? Verifier(string? value, string field) =>
        value is null ? Missing(field)
        : value.Length == 44 && Convert.TryFromBase64String(value, stackalloc byte[33], out var bytes) && bytes == 32 ? null
        : $"{field} must be Base64 of 32 bytes";

    public static string? Text(string? value, string field, int max) =>
        value is null ? Missing(field)
        : value.Length == 0 ? $"{field} must not be empty"
        : OptionalText(value, field, max);

    public static string? OptionalText(string? value, string field, int max) =>
        value is null || value.Length <= max ? null : $"{field} takes at most {max} characters, and has {value.Length}";

    /// <summary>A string bounded by the bytes of its UTF-8.</summary>
    public static string? Bytes(string? value, string field, int max) =>
        value is null ? Missing(field)
        : Encoding.UTF8.GetByteCount(value) <= max ? null
        : $"{field} takes at most {max} bytes";

    /// <summary>
    /// Base64 whose decoded length is bounded. The text is opaque: nobody decodes it here, and what is no Base64 is counted as if it were.
    /// </summary>
    public static string? Base64(string value, string field, int maxBytes)
    {
        var padding = value.EndsWith("==", StringComparison.Ordinal) ? 2 : value.EndsWith('=') ? 1 : 0;
        return (value.Length - padding) * 3L / 4 <= maxBytes ? null : $"{field} takes at most {maxBytes} bytes of Base64";
    }

    /// <summary>0 for never, or the seconds after which a message expires.</summary>
    public static string? Expiry(int seconds, string field) =>
        seconds is 0 or (>= Limits.ExpiryMinSeconds and <= Limits.ExpiryMaxSeconds)
            ? null : $"{field} must be 0, or {Limits.ExpiryMinSeconds} to {Limits.ExpiryMaxSeconds} seconds";

    public static string? Between(int value, string field, int min, int max) =>
        value >= min && value <= max ? null : $"{field} must lie between {min} and {max}";

    public static string? Missing(string field) => $"{field} is missing";
}
