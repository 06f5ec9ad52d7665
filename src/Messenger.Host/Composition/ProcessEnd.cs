namespace Messenger.Host.Composition;

/// <summary>
/// How a process ends that cannot stop in order: after its last log line, with an exit code that says why, and without a core dump, which would hold every
/// message and credential in its memory.
/// </summary>
internal static class ProcessEnd
{
    /// <summary>The stop was cut off at its bound.</summary>
    public const int StopTookTooLong = 3;

    /// <summary>The cluster declared this process dead while it was alive.</summary>
    public const int DeclaredDead = 4;

    /// <summary>For the line that says why to be written.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>Does not return.</summary>
    public static void With(int exitCode)
    {
        Thread.Sleep(LastWords);
        new Thread(() => Environment.Exit(exitCode)) { IsBackground = true }.Start();
        Thread.Sleep(LastWords);

        // What runs at an exit hangs too.
        Environment.FailFast(null);
    }
}
