using System.Globalization;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>How long the server asks to wait (LIM-1, EXT-6).</summary>
internal static class Pauses
{
    private const string Again = "try again in ";

    /// <summary>More than the protocol lets a server ask for is a slip, and must not silence a client.</summary>
    private const int MostSeconds = 60 * 60;

    /// <summary>In whole seconds, rounded up; 0: it does not say.</summary>
    public static int Seconds(ResponseStatusMessage refusal) => refusal.RetryAfterMs is > 0 and var milliseconds
        ? (int)Math.Min(MostSeconds, (milliseconds + 999) / 1000)
        : Seconds(refusal.Status, refusal.Description);

    /// <summary>From a sentence of a server that counts in words alone.</summary>
    private static int Seconds(string status, string? text)
    {
        if (status is not (Statuses.Unavailable or Statuses.TooManyRequests) || text?.LastIndexOf(Again, StringComparison.Ordinal) is not (>= 0 and var at))
        {
            return 0;
        }

        var digits = text.AsSpan(at + Again.Length);
        digits = digits.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? digits[..end] : digits;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, MostSeconds) : 0;
    }
}
