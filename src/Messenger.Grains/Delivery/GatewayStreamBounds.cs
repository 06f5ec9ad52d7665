
using Messenger.Contracts;

namespace Messenger.Grains.Delivery;

/// <summary>What the way to a gateway may hold. Past it events are dropped: they are hints, the inbox has them all.</summary>
internal static class GatewayStreamBounds
{
    /// <summary>Events waiting for one gateway on one silo: at the target of 500 000 a second, a tenth of a second.</summary>
    public const int QueuedEvents = 50_000;

    /// <summary>Payload bytes of those: what a gateway that hangs can cost a silo.</summary>
    public const long QueuedBytes = 32L * 1024 * 1024;

    /// <summary>
    /// Events waiting for one gateway on one silo from which on whoever causes more is held back. Well below the bound: what waits makes
    /// sessions late, and a session that is later than its device's inbox reaches must resynchronise.
    /// </summary>
    public const int Crowded = 2048;

    /// <summary>How long it is held back at most: well below the 10 s that its callers wait.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Events in one push: past a few hundred a bigger batch gains nothing, and a push must stay small against its time-out.</summary>
    public const int PushEvents = 1024;

    /// <summary>Payload bytes in one push.</summary>
    public const long PushBytes = 1024 * 1024;

    /// <summary>
    /// A gateway that does not take a push for so long is suspected. A push takes a millisecond; a gateway that just started under load, or
    /// whose machine is short of CPU, was seen to take two seconds, and suspecting it makes all its sessions fetch.
    /// </summary>
    public static readonly TimeSpan PushTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a push may wait for those before it: well below the time-out, so that a slow gateway is not taken for a hung one.</summary>
    public static readonly TimeSpan RoomTimeout = TimeSpan.FromSeconds(4);

    /// <summary>How long nothing is accepted for a suspected gateway; then the next push is a trial.</summary>
    public static readonly TimeSpan SuspectTime = TimeSpan.FromSeconds(1);

    /// <summary>What an event weighs.</summary>
    public static long Weight(in GatewayEvent hint) => 64 + (hint.Notification is SerializedNotification notification ? notification.Payload.Length : 0);
}
