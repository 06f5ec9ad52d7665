using System.Buffers;

namespace Messenger.Ports;

/// <summary>
/// What every store keeps as it is: any text without the character U+0000 (PostgreSQL's text has no room for it) and without half of a
/// surrogate pair (no UTF-8 can say it).
/// </summary>
public static class StorableText
{
    private static readonly SearchValues<char> Suspects = SearchValues.Create([(char)0, .. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    /// <summary>Whether a store keeps this text as it is.</summary>
    public static bool Takes(string? text) => Takes(text.AsSpan());

    /// <inheritdoc cref="Takes(string?)"/>
    public static bool Takes(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAny(Suspects); at >= 0; at = text.IndexOfAny(Suspects))
        {
            if (at + 1 >= text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return false;
            }

            text = text[(at + 2)..];
        }

        return true;
    }
}
