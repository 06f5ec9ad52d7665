using System.Diagnostics;

namespace Messenger.Providers.Tests;

/// <summary>Waits for what another process does: asked again until it is so, or the deadline fails the test.</summary>
internal static class Until
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task True(Func<Task<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waited.Elapsed > Deadline)
            {
                throw new TimeoutException($"it was not so within {Deadline}");
            }

            await Task.Delay(20);
        }
    }
}
