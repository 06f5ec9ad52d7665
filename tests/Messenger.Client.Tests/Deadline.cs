namespace Messenger.Client.Tests;

/// <summary>How long a test waits before it calls something missing: long enough for a loaded machine.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Frame = TimeSpan.FromSeconds(30);
}
