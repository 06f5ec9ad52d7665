using System.Globalization;
using Messenger.Protocol;

namespace Messenger.Contracts;

/// <summary>What an application is told that came by a code alone, and asked for more than that gives.</summary>
public static class CoolingRefusals
{
    /// <param name="until">When its cooling ends, in milliseconds since the Unix epoch.</param>
    public static Error Of(long until) => Error.Forbidden(string.Create(
        CultureInfo.InvariantCulture,
        $"this application is new, and may not do that before {DateTimeOffset.FromUnixTimeMilliseconds(until):yyyy-MM-dd'T'HH:mm:ss'Z'}: approve it on another device of yours, or give the registration lock"));
}
