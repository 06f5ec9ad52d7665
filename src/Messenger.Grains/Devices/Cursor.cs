using System.Globalization;

namespace Messenger.Grains.Devices;

/// <summary>A place in a device's notifications: epoch and number. Opaque to clients.</summary>
public static class Cursor
{
    public static string Format(long epoch, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{epoch:x}-{number:x}");

    /// <summary>False for anything that <see cref="Format"/> did not make; such a cursor resynchronises.</summary>
    public static bool TryParse(string? cursor, out long epoch, out long number)
    {
        epoch = number = 0;
        if (cursor is null || cursor.Length > 33)
        {
            return false;
        }

        var dash = cursor.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && long.TryParse(cursor.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out epoch)
            && long.TryParse(cursor.AsSpan(dash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && Format(epoch, number) == cursor;
    }
}
