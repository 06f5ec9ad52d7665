using Messenger.Bench.Targets;

namespace Messenger.Bench.Workloads;

/// <summary>One load the bench knows.</summary>
/// <param name="Run">Null where the target cannot take it: the yardsticks know no accounts.</param>
/// <param name="Alone">On servers of its own: what a load leaves behind in a process would be counted, or would disturb the next.</param>
internal sealed record Workload(
    string Name, string Description, Func<ITarget, Scale, CancellationToken, Task<Measurement>?> Run, bool Alone = false)
{
    /// <summary>The same in slices, with other targets between them; null where it is measured at once.</summary>
    public Func<ITarget, Scale, Slices>? Sliced { get; init; }
}

/// <summary>How long and how large.</summary>
/// <param name="Duration">Of each measurement.</param>
/// <param name="Connections">Silent or reconnecting ones.</param>
/// <param name="History">Messages of the long conversation.</param>
/// <param name="WarmUp">Load before anything is measured that depends on how much a server has compiled.</param>
/// <param name="Conversations">Of the loads that write into each of many.</param>
internal sealed record Scale(TimeSpan Duration, int Connections, int History, TimeSpan WarmUp, int Conversations);

/// <summary>All of them, in the order they are run and printed.</summary>
internal static class Catalogue
{
    private const int Pairs = 50;

    /// <summary>A second before the standstill, its three, and two after it.</summary>
    private static readonly TimeSpan FrozenRun = TimeSpan.FromSeconds(6);

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("idle", "silent authenticated connections: memory of each", (target, scale, stop) => Idle.Run(target, scale.Connections, stop), Alone: true),
        new("echo", "pings, 4 under way on each of 50 connections", (target, scale, stop) => Echo.Run(target, Pairs, 4, scale, stop)),
        Talking("dialog-1", "50 pairs, 1 unacknowledged message each", Pairs, 2, 2, window: 1),
        Talking("dialog-8", "50 pairs, 8 unacknowledged messages each", Pairs, 2, 2, window: 8),
        Talking("paced-200", "50 pairs, 200 messages a second in all", Pairs, 2, 2, perSecond: 200),
        Talking("paced-1000", "50 pairs, 1 000 messages a second in all", Pairs, 2, 2, perSecond: 1000),
        Talking("receipts", "50 pairs, 500 messages a second, each answered with delivered and read", Pairs, 2, 2, perSecond: 500, receipts: true, warmUpPaced: true),
        Talking("no-receipts", "the same without the receipts", Pairs, 2, 2, perSecond: 500, warmUpPaced: true),
        Talking("group-200", "a group of 200, four of them flat out", 1, 200, 4, window: 2),
        Talking("group-1000", "a group of 1 000, 5 messages a second", 1, 1000, 4, perSecond: 5),
        new("frozen", "50 pairs and a group of 50 flat out; PostgreSQL stands still for 3 s of it", (target, scale, stop) => target.Store is { } store
            ? new ConversationWorkload(target, "frozen") { Freeze = store, WarmUp = scale.WarmUp }.Run([new(Pairs, 2, 2), new(1, 50, 4)], 4, 0, FrozenRun, stop)
            : null),
        Messenger("mixed-day", "conversations of Zipf's sizes; messages, receipts, typing, reconnects", MixedDay.Run),
        new("logins", "known people connect and authenticate, 64 at a time", Logins.Run),
        Messenger("logins-cold", "the same right after the servers were restarted", Logins.Cold, alone: true),
        Messenger("dialog-cold", "a message into each of many dialogs that nobody has used since a restart; then once more, warm", ColdDialogs.Cold, alone: true),
        Messenger("wal", "a message with both receipts into each of many dialogs, after a checkpoint: bytes of the write-ahead log", ColdDialogs.Log, alone: true),
        Messenger("storm", "everybody reconnects at once and resumes", Storm.Run),
        Messenger("sync", "RequestGetConversationsFull of a person with 1 000 conversations", Asking.Sync),
        Messenger("discovery", "RequestGetRegisteredUsers of 1 000 ids", Asking.Discovery),
        Messenger("history-1k", "a page of 100 from a conversation of 1 000 messages", (target, scale, stop) => Asking.History(target, 1000, scale, stop)),
        Messenger("history-long", "a page of 100 from a long conversation", (target, scale, stop) => Asking.History(target, scale.History, scale, stop)),
        Files("upload", "files of 32 MiB coming in, 4 at a time; operations are MiB", 32, upload: true),
        Files("download", "files of 32 MiB going out, 4 at a time; operations are MiB", 32, upload: false),
        Files("upload-small", "the same with files of 1 MiB", 1, upload: true),
        Files("download-small", "the same with files of 1 MiB", 1, upload: false),
        Messenger("hostile", "pings beside 1 000 stalled connections and 10 000 hostile frames of each kind; 'first' is the p99 before", Hostile.Run),
    ];

    private static Workload Talking(
        string name, string description, int groups, int people, int writers, int window = 0, double perSecond = 0, bool receipts = false,
        bool warmUpPaced = false)
    {
        return new(name, description, (target, scale, stop) => receipts && target is PeerTarget ? null : New(target, scale).Run(Rooms(), window, perSecond, scale.Duration, stop))
        {
            Sliced = (target, scale) => new(New(target, scale), Rooms(), window, perSecond, scale.Duration),
        };

        ConversationWorkload New(ITarget target, Scale scale) =>
            new(target, name) { Receipts = receipts, WarmUp = scale.WarmUp, WarmUpPaced = warmUpPaced };

        Groups[] Rooms() => [new(groups, people, writers)];
    }

    private static Workload Files(string name, string description, int fileMiB, bool upload) => new(
        name, description, (target, scale, stop) => target is PeerTarget ? null : Transfer.Run(target, name, fileMiB, upload, scale.Duration, stop));

    private static Workload Messenger(string name, string description, Func<MessengerTarget, Scale, CancellationToken, Task<Measurement>> run, bool alone = false) =>
        new(name, description, (target, scale, stop) => target is MessengerTarget messenger ? run(messenger, scale, stop) : null, alone);
}
