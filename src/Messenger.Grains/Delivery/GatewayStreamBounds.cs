using Messenger.Grains.Devices;

namespace Messenger.Grains.Delivery;

/// <summary>What the way to a gateway may hold. Past it events are dropped: they are hints, the inbox has them all.</summary>
internal static class GatewayStreamBounds
{
    /// <summary>Events waiting for one gateway on one silo: at the target of 500 000 a second, a tenth of a second.</summary>
    public const int QueuedEvents = 50_000;

    /// <summary>Payload bytes of those: what a gateway that hangs can cost a silo.</summary>
    public const long QueuedBytes = 32L * 1024 * 1024;

    /// <summary>Events in one push: past a few hundred a bigger batch gains nothing, and a push must stay small against its time-out.</summary>
    public const int PushEvents = 1024;

    /// <summary>Payload bytes in one push.</summary>
    public const long PushBytes = 1024 * 1024;

    /// <summary>A gateway that does not take a push for so long is suspected. A push takes a millisecond.</summary>
    public static readonly TimeSpan PushTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a gateway may keep a push waiting for room: well below the time-out, so that a slow gateway is not taken for a hung one.</summary>
    public static readonly TimeSpan RoomTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>How long nothing is accepted for a suspected gateway; then the next push is a trial.</summary>
    public static readonly TimeSpan SuspectTime = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Containers in the cache of the stream's pulling agent. Small: what it holds is backlog that nobody upstream sees.
    /// A container has up to <see cref="PushEvents"/> events.
    /// </summary>
    public const int CachedContainers = 20;

    /// <summary>The wait of the pulling agent after an empty read. The read itself waits for events, so this matters only under pressure.</summary>
    public static readonly TimeSpan PullPeriod = TimeSpan.FromMilliseconds(2);

    /// <summary>An empty read ends after this long, so that the agent tidies up now and then.</summary>
    public static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(10);

    /// <summary>What an event weighs.</summary>
    public static long Weight(in GatewayEvent hint) => 64 + (hint.Notice is Notice notice ? notice.Payload.Length : 0);
}
