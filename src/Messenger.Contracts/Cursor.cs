using System.Globalization;
using System.Text.Unicode;

namespace Messenger.Contracts;

/// <summary>A place in a device's notifications. Its text is opaque to clients.</summary>
/// <param name="Epoch">Of the inbox that numbered them.</param>
/// <param name="Number">The last one that the client has.</param>
public readonly record struct Cursor(long Epoch, long Number)
{
    /// <summary>Of its text, which is ASCII.</summary>
    public const int MaxLength = 33;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch:x}-{Number:x}");

    /// <summary>Writes its text in UTF-8, without making one; gives its length.</summary>
    /// <param name="to">Of <see cref="MaxLength"/> at least.</param>
    public int Write(Span<byte> to)
    {
        Utf8.TryWrite(to, CultureInfo.InvariantCulture, $"{Epoch:x}-{Number:x}", out var length);
        return length;
    }

    /// <summary>False for anything that <see cref="ToString"/> did not make; such a cursor resynchronises.</summary>
    public static bool TryParse(string? text, out Cursor cursor)
    {
        cursor = default;
        if (text is null || text.Length > MaxLength)
        {
            return false;
        }

        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0
            || !long.TryParse(text.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var epoch)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        cursor = new Cursor(epoch, number);
        return cursor.ToString() == text;
    }
}
