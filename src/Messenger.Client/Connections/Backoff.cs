using System.Globalization;
using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>When to come back after a connection ended. Pure.</summary>
public static class Backoff
{
    /// <summary>The first pause; each further one doubles.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    /// <summary>A phone that waits longer than this seems dead to its owner.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>How a server that drains dictates the pause, in the close reason of 1001.</summary>
    private const string Dictated = "reconnect-after-ms=";

    /// <summary>Null: do not come back by yourself.</summary>
    /// <param name="attempt">Connections that failed in a row, 0 after one that worked.</param>
    /// <param name="jitter">0 to 1, drawn anew each time: so that a million clients do not come back together.</param>
    public static TimeSpan? After(Ending ending, int attempt, double jitter)
    {
        ArgumentNullException.ThrowIfNull(ending);
        if (ending.Code is (int)CloseCode.Replaced or (int)CloseCode.Deleted)
        {
            return null;
        }

        if (ending.Reason?.IndexOf(Dictated, StringComparison.Ordinal) is >= 0 and var at
            && int.TryParse(ending.Reason.AsSpan(at + Dictated.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        var longest = First * Math.Pow(2, Math.Min(attempt, 16));
        return (longest < Longest ? longest : Longest) * (0.5 + (jitter / 2));
    }
}
