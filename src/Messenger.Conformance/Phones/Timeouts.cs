namespace Messenger.Conformance.Phones;

/// <summary>How long is waited for what must come. Long enough for a loaded machine; only a rule that is broken waits in vain.</summary>
public static class Timeouts
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    private static readonly AsyncLocal<TimeSpan?> Asked = new();

    /// <summary>One answer, one notification, one close.</summary>
    public static TimeSpan Frame => Asked.Value ?? Usual;

    /// <summary>Everything that a failure broke is whole again.</summary>
    public static TimeSpan Recovery => 4 * Frame;

    /// <summary>How often something that cannot call back is looked at.</summary>
    public static TimeSpan Poll => TimeSpan.FromMilliseconds(50);

    /// <summary>From here on, in this flow of control, a frame is awaited for so long; null: as usual.</summary>
    public static void Use(TimeSpan? frame) => Asked.Value = frame;

    /// <summary>Looks until it is so; throws with what was awaited when it is not so in time.</summary>
    public static async Task Until(Func<Task<bool>> isSo, TimeSpan deadline, Func<string> what)
    {
        ArgumentNullException.ThrowIfNull(isSo);
        ArgumentNullException.ThrowIfNull(what);
        using var look = new PeriodicTimer(Poll);
        var end = Clock.Now + deadline;
        while (!await isSo())
        {
            if (Clock.Now > end)
            {
                throw new TimeoutException($"not within {deadline.TotalSeconds} s: {what()}");
            }

            await look.WaitForNextTickAsync();
        }
    }
}
