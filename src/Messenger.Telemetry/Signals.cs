using static Messenger.Telemetry.SignalKind;

namespace Messenger.Telemetry;

/// <summary>
/// The one list of metrics. The table of docs/operations.md, the dashboards and the alerts of the chart are held against it by tests: whoever
/// renames one here changes them too.
/// </summary>
public static class Signals
{
    private static readonly List<Signal> Own = [];
    private static readonly List<Signal> Foreign = [];

    /// <summary>From a grain call to past the time-out of a request. 1 s is the objective of delivery, so it must be a bound.</summary>
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Of a transaction.</summary>
    private static readonly double[] ShortSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    /// <summary>Of what may wait for minutes or hours. 60 s is the objective of pushes.</summary>
    private static readonly double[] LongSeconds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];

    private static readonly double[] Counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

    // Connections.
    public static readonly Signal Sessions = Ours(new("messenger.gateway.sessions", UpDownCounter, "{connection}", "Connections of clients."));
    public static readonly Signal Closes = Ours(new("messenger.gateway.closes", Counter, "{connection}", "Connections that ended, by close code. 1012: continuity was lost.", Labels.CloseCode));
    public static readonly Signal Overflows = Ours(new("messenger.gateway.outbox.overflows", Counter, "{connection}", "Connections closed because their client read too slowly."));
    public static readonly Signal Draining = Ours(new("messenger.gateway.drain.remaining", Gauge, "{connection}", "Connections that a stopping process has still to close; 0 while it does not stop."));
    public static readonly Signal ConnectionsShed = Ours(new("messenger.gateway.connections.shed", Counter, "{connection}", "Connections, HTTP included, that were closed, refused or kept waiting because the process or their address has as many as it may.", Labels.ShedReason));
    public static readonly Signal Descriptors = Ours(new("messenger.descriptors.used", Gauge, "{descriptor}", "Files and sockets that the process has open, counted every ten seconds."));
    public static readonly Signal DescriptorLimit = Ours(new("messenger.descriptors.limit", Gauge, "{descriptor}", "Files and sockets that the process may have open."));

    // Memory by class.
    public static readonly Signal MemoryUsed = Ours(new("messenger.memory.used", Gauge, "By", "Memory that a class of things has reserved of its budget.", Labels.MemoryOwner));
    public static readonly Signal MemoryLimit = Ours(new("messenger.memory.limit", Gauge, "By", "The budget of the class.", Labels.MemoryOwner));
    public static readonly Signal MemoryShed = Ours(new("messenger.memory.shed", Counter, "{item}", "How often something was refused, closed or dropped because the budget was used.", Labels.MemoryOwner));

    // Requests.
    public static readonly Signal Requests = Ours(new("messenger.request.duration", Histogram, "s", "Requests, from the frame read to the answer queued.", Labels.RequestType, Labels.RequestStatus) { Bounds = Seconds });
    public static readonly Signal Batches = Ours(new("messenger.request.batch.size", Histogram, "{request}", "Requests that went to a grain in one call, of those that can be batched.") { Bounds = Counts });

    // Notifications.
    public static readonly Signal Delivery = Ours(new("messenger.delivery.duration", Histogram, "s", "From the commit of a message or event to the write of its notification to a socket.") { Bounds = Seconds });
    public static readonly Signal Notifications = Ours(new("messenger.delivery.notices", Counter, "{notice}", "Notifications handed to sessions."));
    public static readonly Signal Gaps = Ours(new("messenger.delivery.gaps", Counter, "{gap}", "Gaps in a session's notifications that were repaired from the device's inbox."));
    public static readonly Signal Resubscribed = Ours(new("messenger.delivery.resubscribed", Counter, "{subscription}", "Times a gateway subscribed to its stream anew because its heartbeat stayed away."));
    public static readonly Signal Hears = Ours(new("messenger.delivery.hears", Gauge, "{gateway}", "1 where the gateway hears its stream; 0 where notifications come seconds late."));
    public static readonly Signal Published = Ours(new("messenger.stream.published", Counter, "{event}", "Events handed to a gateway's stream."));
    public static readonly Signal Dropped = Ours(new("messenger.stream.dropped", Counter, "{event}", "Events dropped on the way to a gateway: their sessions fetch them."));
    public static readonly Signal Resumes = Ours(new("messenger.inbox.resumes", Counter, "{connection}", "Connections that came with a cursor: continued, or told to resynchronise.", Labels.Resume));
    public static readonly Signal Doubts = Ours(new("messenger.inbox.doubts", Counter, "{inbox}", "Inboxes that started a new epoch because something may have been missed."));

    // The message log.
    public static readonly Signal CommitSize = Ours(new("messenger.log.commit.size", Histogram, "{entry}", "Entries of a transaction of the message log.") { Bounds = Counts });
    public static readonly Signal CommitDuration = Ours(new("messenger.log.commit.duration", Histogram, "s", "How long a transaction of the message log took.") { Bounds = ShortSeconds });
    public static readonly Signal Messages = Ours(new("messenger.log.messages", Counter, "{message}", "Messages that people sent and the log committed; events are not counted."));
    public static readonly Signal CommitFailures = Ours(new("messenger.log.failures", Counter, "{transaction}", "Transactions of the message log whose outcome is unknown."));
    public static readonly Signal LogLost = Ours(new("messenger.log.lost", Counter, "{transaction}", "Transactions of the message log that the store had and has not any more: it went back in time."));
    public static readonly Signal LogWaiting = Ours(new("messenger.log.waiting", Gauge, "{entry}", "Entries that wait for a transaction."));
    public static readonly Signal LogAvailable = Ours(new("messenger.log.available", Gauge, "{log}", "1 where the process can write the message log, else 0."));

    // The cluster.
    public static readonly Signal Listed = Ours(new("messenger.cluster.listed", Gauge, "{process}", "1 where the process's row is in the membership table in Redis, 0 where it is gone."));
    public static readonly Signal Restored = Ours(new("messenger.cluster.restored", Counter, "{table}", "Times the process wrote the membership table again because Redis had lost it."));

    public static readonly Signal Members = Ours(new("messenger.cluster.members", Gauge, "{process}", "Processes of the cluster that this process takes for alive, itself included."));
    public static readonly Signal MembershipAvailable = Ours(new("messenger.membership.available", Gauge, "{store}", "1 where the process reads the membership table in Redis, else 0: nobody joins, and who dies is found late."));

    // What runs out.
    public static readonly Signal CertificateExpiry = Ours(new("messenger.certificate.expiry", Gauge, "s", "How long the certificate that the process shows is still valid; negative once it is not.", Labels.Certificate));
    public static readonly Signal VolumeFree = Ours(new("messenger.volume.free", Gauge, "By", "Room on the volume of a directory of the process: the embedded store's data, and files.", Labels.Volume));
    public static readonly Signal VolumeSize = Ours(new("messenger.volume.size", Gauge, "By", "The size of that volume.", Labels.Volume));

    // Files.
    public static readonly Signal Received = Ours(new("messenger.files.received", Counter, "By", "Bytes of uploads that are durable."));
    public static readonly Signal Sent = Ours(new("messenger.files.sent", Counter, "By", "Bytes of files that were asked for."));
    public static readonly Signal Receiving = Ours(new("messenger.files.receiving", UpDownCounter, "{upload}", "Uploads that are being received."));
    public static readonly Signal FileRequests = Ours(new("messenger.files.requests", Counter, "{request}", "Requests for files.", Labels.Method, Labels.StatusCode));
    public static readonly Signal Collected = Ours(new("messenger.files.collected", Counter, "{file}", "Files that the collector removed, or would have.", Labels.FileKind, Labels.DryRun));

    // The outside world.
    public static readonly Signal PushLag = Ours(new("messenger.push.lag", Histogram, "s", "From being queued to the provider's yes.", Labels.PushType) { Bounds = LongSeconds });
    public static readonly Signal PushOutcomes = Ours(new("messenger.push.outcomes", Counter, "{push}", "What became of pushes, each try counted.", Labels.PushType, Labels.PushOutcome));
    public static readonly Signal PushWaiting = Ours(new("messenger.push.waiting", Gauge, "{push}", "Pushes in the queue, of all processes together: take the maximum."));
    public static readonly Signal PushOldest = Ours(new("messenger.push.oldest", Gauge, "s", "How long the oldest push has waited: take the maximum."));
    public static readonly Signal Sms = Ours(new("messenger.sms.duration", Histogram, "s", "From being asked for an SMS to the provider's answer, retries included.", Labels.SmsProvider, Labels.SmsOutcome) { Bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    public static readonly Signal RegistrationsJudged = Ours(new("messenger.registration.judged", Counter, "{registration}", "Registrations that the operator's own webhook was asked about (Registration:Judge:Url).", Labels.JudgeOutcome));
    public static readonly Signal Discovered = Ours(new("messenger.discovery.ids", Counter, "{id}", "New user ids looked up. Far more than registrations explain: a sweep by many accounts."));
    public static readonly Signal DiscoveryRefused = Ours(new("messenger.discovery.refused", Counter, "{request}", "Look-ups refused because the user's budget is spent. One is a large address book, a steady rate a sweep."));
    public static readonly Signal GuessingRefused = Ours(new("messenger.codes.guessing_refused", Counter, "{request}", "Codes not looked at because the phone had too many wrong ones today."));
    public static readonly Signal BudgetRefused = Ours(new("messenger.budget.refused", Counter, "{write}", "Writes refused because their author's budget is spent, or because the other side has as many conversations by strangers as it may.", Labels.BudgetKind));
    public static readonly Signal Removed = Ours(new("messenger.retention.removed", Counter, "{item}", "Messages and files removed because of their age.", Labels.RetentionKind));

    // What libraries measure, as far as the dashboards show it.
    public static readonly Signal Activations = Theirs(new("orleans-catalog-activations", Gauge, "", "Grains in memory, by kind (Orleans).", Labels.GrainType));
    public static readonly Signal Activated = Theirs(new("orleans-catalog-activation-created", Counter, "", "Grains woken, by kind (Orleans).", Labels.GrainType));
    public static readonly Signal GrainCalls = Theirs(new("orleans-app-requests-latency", Histogram, "ms", "Calls between grains (Orleans)."));
    public static readonly Signal StateReads = Theirs(new("orleans-storage-read-latency", Histogram, "ms", "Reads of grain state (Orleans)."));
    public static readonly Signal StateWrites = Theirs(new("orleans-storage-write-latency", Histogram, "ms", "Writes of grain state (Orleans)."));
    public static readonly Signal PoolUse = Theirs(new("db.client.connection.count", UpDownCounter, "{connection}", "Connections to PostgreSQL (Npgsql).", Labels.Pool, Labels.ConnectionState));
    public static readonly Signal PoolSize = Theirs(new("db.client.connection.max", UpDownCounter, "{connection}", "Connections to PostgreSQL that a pool may have (Npgsql).", Labels.Pool));
    public static readonly Signal CpuTime = Theirs(new("dotnet.process.cpu.time", Counter, "s", "Processor time (.NET)."));
    public static readonly Signal Memory = Theirs(new("dotnet.process.memory.working_set", UpDownCounter, "By", "Memory (.NET)."));
    public static readonly Signal Heap = Theirs(new("dotnet.gc.last_collection.heap.size", UpDownCounter, "By", "The heap after the last collection (.NET).", Labels.Generation));
    public static readonly Signal HttpRequests = Theirs(new("http.server.request.duration", Histogram, "s", "HTTP requests: files, avatars, the operator's port. Pages, probes and WebSockets are not in it (ASP.NET Core).", Labels.Method, Labels.Route, Labels.StatusCode));
    public static readonly Signal GcPauses = Theirs(new("dotnet.gc.pause.time", Counter, "s", "Time that everything stood still for the garbage collector (.NET)."));
    public static readonly Signal Exceptions = Theirs(new("dotnet.exceptions", Counter, "{exception}", "Exceptions thrown, handled ones included (.NET)."));

    /// <summary>This server's own, in the order of the document.</summary>
    public static IReadOnlyList<Signal> All => Own;

    /// <summary>Made by libraries; the dashboards use them.</summary>
    public static IReadOnlyList<Signal> OfLibraries => Foreign;

    private static Signal Ours(Signal signal)
    {
        Own.Add(signal);
        return signal;
    }

    private static Signal Theirs(Signal signal)
    {
        Foreign.Add(signal);
        return signal;
    }
}
