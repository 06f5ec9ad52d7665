using System.Globalization;

namespace Messenger.Protocol;

/// <summary>A client's version: whole numbers with dots between, such as 2.10.1; what follows a dash or a plus says nothing of its age.</summary>
public static class ClientVersion
{
    /// <summary>Numbers that are compared.</summary>
    private const int MostParts = 8;

    /// <summary>Null where it is no version.</summary>
    public static int[]? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.AsSpan().IndexOfAny('-', '+');
        var parts = (end < 0 ? text : text[..end]).Split('.');
        var numbers = new int[parts.Length];
        for (var at = 0; at < parts.Length; at++)
        {
            if (!int.TryParse(parts[at], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[at]))
            {
                return null;
            }
        }

        return numbers.Length <= MostParts ? numbers : null;
    }

    /// <summary>Whether this one came before that one; a number that is missing is 0.</summary>
    public static bool IsOlder(string version, string than)
    {
        var (one, other) = (Parse(version) ?? [], Parse(than) ?? []);
        for (var at = 0; at < Math.Max(one.Length, other.Length); at++)
        {
            var (mine, its) = (at < one.Length ? one[at] : 0, at < other.Length ? other[at] : 0);
            if (mine != its)
            {
                return mine < its;
            }
        }

        return false;
    }
}
