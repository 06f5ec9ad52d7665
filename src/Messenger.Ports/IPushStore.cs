namespace Messenger.Ports;

/// <summary>The pushes that are still to be sent: shared by all processes, kept over restarts.</summary>
/// <remarks>
/// What <see cref="Put"/> returned from is on disk and stays until <see cref="Done"/>, whoever dies: a claim runs out and another takes it up.
/// So each push is sent at least once; of two about one conversation of one device that wait, only the newer is left.
/// It holds no token: whoever sends asks the device for the one it has by then.
/// Everything here throws <see cref="StoreUnavailableException"/> when the store is away.
/// </remarks>
public interface IPushStore
{
    /// <summary>
    /// Queues these. Of one device at most <see cref="MaxPerDevice"/> stay, the newest. What replaces one that was put off is put off as well;
    /// what replaces one that is just being sent is due by itself.
    /// </summary>
    Task Put(IReadOnlyCollection<QueuedPush> pushes);

    /// <summary>
    /// Takes at most <paramref name="max"/> that are due and have not expired: until <paramref name="until"/> nobody else gets them. Of each conversation the oldest first, and
    /// conversations in turns, so that one with a thousand members does not make all others wait for them.
    /// </summary>
    Task<IReadOnlyList<QueuedPush>> Claim(int max, long now, long until, PushFilter filter);

    /// <summary>Forgets these. One that was replaced meanwhile has another id, and stays.</summary>
    Task Done(IReadOnlyCollection<Guid> ids);

    /// <summary>Not before this time. One that was replaced meanwhile has another id, and is left as it is.</summary>
    Task Postpone(IReadOnlyCollection<(Guid Id, long Due)> pushes);

    /// <summary>Forgets what was queued before this time, at most <paramref name="max"/>; returns how many went.</summary>
    Task<int> Expire(long before, int max);

    /// <summary>Forgets what tells of messages that have expired by now (milliseconds since the Unix epoch).</summary>
    Task ForgetExpired(long now);

    /// <summary>How many wait, and since when the oldest does; null for none.</summary>
    Task<(long Waiting, long? Oldest)> Backlog();

    /// <summary>Conversations of one device that wait at once: a phone that was off for a week is woken for the newest.</summary>
    const int MaxPerDevice = 32;
}

/// <summary>Which pushes are taken, by the type of their application; in small letters, whatever they were queued with.</summary>
/// <param name="Only">These; null: all.</param>
/// <param name="Except">Never these.</param>
public sealed record PushFilter(IReadOnlyCollection<string>? Only = null, IReadOnlyCollection<string>? Except = null)
{
    /// <summary>Not these now.</summary>
    public IReadOnlyCollection<string> Held { get; init; } = [];

    /// <summary>Everything that is left alone.</summary>
    public IReadOnlyCollection<string> Without => [.. (Except ?? []).Concat(Held).Select(type => type.ToLowerInvariant())];

    public bool Takes(string type) =>
        (Only is null || Only.Contains(type, StringComparer.OrdinalIgnoreCase)) && !Without.Contains(type, StringComparer.OrdinalIgnoreCase);
}

/// <summary>A push that waits. Times are milliseconds since the Unix epoch.</summary>
/// <param name="Device">The key of the device: user and application.</param>
/// <param name="ApplicationType">As the device had it when this was queued.</param>
/// <param name="Queued">When its cause came.</param>
/// <param name="Tries">How often it was claimed.</param>
public sealed record QueuedPush(
    Guid Id, string Device, string ApplicationType, Guid Conversation, string? Message, long Queued, long Due, int Tries = 0)
{
    /// <summary>From when on there is nothing to tell: of two that replace each other the later one stands; null: never.</summary>
    public long? Expires { get; init; }
}
