using System.Globalization;
using System.Text.RegularExpressions;

namespace Messenger.Conformance.Rules;

/// <summary>What a <c>too_many_requests</c> says: rule LIM-1.</summary>
internal static partial class Limit
{
    /// <summary>The seconds that stand at its end; null where there are none.</summary>
    public static int? Seconds(string description) =>
        Ending().Match(description) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"try again in (\d{1,6}) s\.?$")]
    private static partial Regex Ending();
}
