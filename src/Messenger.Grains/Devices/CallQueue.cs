using System.Threading.Channels;
using Messenger.Contracts;
using Messenger.Ports;

namespace Messenger.Grains.Devices;

/// <summary>What a device is pushed about a call.</summary>
/// <param name="IsEnd">It rings no more.</param>
/// <param name="At">In milliseconds since the Unix epoch.</param>
internal sealed record CallPush(Guid Conversation, Guid Call, bool IsEnd, long At)
{
    private volatile bool _isOver;

    /// <summary>Whether it was given to the queue: what was not is no push, and has no end to be told.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The call ended before this was sent: it is not sent any more.</summary>
    public bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }
}

/// <summary>Pushes about calls that wait to be sent: in memory, because what is older than half a minute wakes nobody for a call.</summary>
/// <remarks>Not in the store as other pushes are (<see cref="PushQueue"/>): a lost process loses calls, and never messages.</remarks>
internal sealed class CallQueue
{
    /// <summary>Of one provider. What comes while so many wait is dropped: its time would be over.</summary>
    public const int Capacity = 1024;

    private readonly Channel<(string Device, PushTarget Target, CallPush Push)>[] _lanes =
        [.. Enumerable.Range(0, 3).Select(_ => Channel.CreateBounded<(string, PushTarget, CallPush)>(new BoundedChannelOptions(Capacity)))];

    /// <summary>One for each provider: one that is away holds up its own alone.</summary>
    public IReadOnlyList<ChannelReader<(string Device, PushTarget Target, CallPush Push)>> Lanes => [.. _lanes.Select(lane => lane.Reader)];

    /// <summary>Waits for nothing. False: there is no room.</summary>
    /// <param name="device">See <see cref="DeviceKeys"/>.</param>
    public bool TryAdd(string device, PushTarget target, CallPush push) => _lanes[LaneOf(target)].Writer.TryWrite((device, target, push));

    private static int LaneOf(PushTarget target) =>
        WebPushSubscription.IsMeant(target.Token) ? 2
        : target.ApplicationType.Equals("android", StringComparison.OrdinalIgnoreCase) ? 0
        : target.ApplicationType.Equals("ios", StringComparison.OrdinalIgnoreCase) ? 1
        : 2;
}
