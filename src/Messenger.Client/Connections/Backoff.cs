using System.Globalization;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>When to come back after a connection ended. Pure.</summary>
/// <remarks>The server's own <c>Backoff</c> is in a project that clients do not ship.</remarks>
public static class Backoff
{
    /// <summary>The longest first pause; each further one doubles.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    /// <summary>A phone that waits longer than this seems dead to its owner.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A server without room is not asked again at once.</summary>
    public static readonly TimeSpan Overloaded = TimeSpan.FromSeconds(5);

    /// <summary>More than this a draining server may not dictate: a slip in its configuration must not silence a client for a day.</summary>
    public static readonly TimeSpan LongestDictated = TimeSpan.FromMinutes(5);

    /// <summary>How a server that drains dictates the pause, in the close reason of 1001.</summary>
    private const string Dictated = "reconnect-after-ms=";

    /// <summary>The doublings after which <see cref="Longest"/> is reached for certain.</summary>
    private const int MaxDoublings = 16;

    /// <summary>Null: do not come back by yourself.</summary>
    /// <param name="attempt">Connections in a row that failed or did not last, before this one.</param>
    /// <param name="jitter">0 to 1, drawn anew each time: so that a million clients do not come back together.</param>
    public static TimeSpan? After(Ending ending, int attempt, double jitter)
    {
        ArgumentNullException.ThrowIfNull(ending);
        if (IsFinal(ending))
        {
            return null;
        }

        if ((ending.Code == (int)CloseCode.Draining ? Read(ending.Reason) : ReadSeconds(ending.Fault)) is { } dictated)
        {
            return dictated < LongestDictated ? dictated : LongestDictated;
        }

        var longest = First * Math.Pow(2, Math.Clamp(attempt, 0, MaxDoublings));
        longest = longest < Longest ? longest : Longest;
        longest = ending.Code == (int)CloseCode.Overloaded && longest < Overloaded ? Overloaded : longest;
        return longest * (0.5 + (jitter / 2));
    }

    /// <summary>Coming back would displace the newer connection, or meet the same refusal.</summary>
    private static bool IsFinal(Ending ending) =>
        ending.Code is (int)CloseCode.Replaced or (int)CloseCode.Deleted
        || ending.Fault is RefusedException { Error.Status: Statuses.Unauthenticated or Statuses.Forbidden or Statuses.BadRequest };

    private static TimeSpan? Read(string? reason) =>
        reason?.IndexOf(Dictated, StringComparison.Ordinal) is >= 0 and var at
        && int.TryParse(Digits(reason.AsSpan(at + Dictated.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    /// <summary>How a server that logs in as many as it can dictates it, with its refusal.</summary>
    private static TimeSpan? ReadSeconds(Exception? fault) =>
        fault is RefusedException { Error: { Status: Statuses.Unavailable or Statuses.TooManyRequests, RetryAfter: > 0 and var seconds } } ? TimeSpan.FromSeconds(seconds) : null;

    private static ReadOnlySpan<char> Digits(ReadOnlySpan<char> text) =>
        text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? text[..end] : text;
}
