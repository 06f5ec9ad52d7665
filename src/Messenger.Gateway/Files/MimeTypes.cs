using System.Buffers;

namespace Messenger.Gateway.Files;

/// <summary>Names of media types: kept as text and never acted upon, but for the pictures that an avatar may be shown as.</summary>
internal static class MimeTypes
{
    public const string Bytes = "application/octet-stream";

    private const int Longest = 127;

    private static readonly SearchValues<char> OfNames =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+");

    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/heic"];

    public static string? Fault(string? text, string field) =>
        text is null ? $"{field} is missing"
        : text.Length <= Longest && text.Split('/') is [{ Length: > 0 } type, { Length: > 0 } subtype]
            && !type.AsSpan().ContainsAnyExcept(OfNames) && !subtype.AsSpan().ContainsAnyExcept(OfNames) ? null
        : $"{field} must be a media type such as image/jpeg";

    /// <summary>A picture's type as it may be shown; anything else is bytes: nobody gets a page of ours to run their script.</summary>
    public static string Shown(string? text)
    {
        var type = text?.Split(';')[0].Trim().ToLowerInvariant();
        return Pictures.Contains(type) ? type! : Bytes;
    }
}
