using System.Diagnostics;

namespace Messenger.Conformance.Phones;

/// <summary>The one monotonic clock of this process: what different clients recorded can be compared by it.</summary>
public static class Clock
{
    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);
}
