namespace Messenger.Testing.Processes;

/// <summary>How long a test waits before it calls something missing. Generous: a machine under load must not fail a test, and no test waits in vain.</summary>
public static class Deadlines
{
    /// <summary>One answer, one notification, one close.</summary>
    public static TimeSpan Frame => Timeouts.Frame;

    /// <summary>A process from its start to ready: migrations and joining a cluster included.</summary>
    public static readonly TimeSpan Start = TimeSpan.FromSeconds(90);

    /// <summary>A process from SIGTERM to its end.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(60);

    /// <summary>Everything that a failure broke is whole again.</summary>
    public static TimeSpan Recovery => Timeouts.Recovery;

    /// <summary>How often something outside this process, which cannot call back, is looked at.</summary>
    public static TimeSpan Poll => Timeouts.Poll;

    /// <summary>Looks until it is so; throws with what was awaited when it is not so in time.</summary>
    public static Task Until(Func<Task<bool>> isSo, TimeSpan deadline, Func<string> what) => Timeouts.Until(isSo, deadline, what);
}
