using System.Diagnostics;
using Messenger.Contracts;

namespace Messenger.Gateway.Delivery;

/// <summary>
/// One session's place in its device's notifications. Pure: no clock, no lock, no call. The caller asks for each thing that happened what is
/// to be done, and then takes what is ready with <see cref="TryNext"/>.
/// </summary>
/// <remarks>
/// Promise: what <see cref="TryNext"/> gives are the notifications of one epoch, without a hole, without a double, in order,
/// from the number that the device named when the session connected. Where that cannot be kept it says <see cref="Step.Lost"/>, and gives no more.
/// </remarks>
internal sealed class Continuity
{
    /// <summary>Events held back while a gap is filled. More are dropped: the fetch that fills the gap brings them too.</summary>
    public const int HeldCount = 128;

    /// <summary>Payload bytes of those.</summary>
    public const int HeldBytes = 128 * 1024;

    private readonly Queue<Numbered> _ready = new();
    private Dictionary<long, SerializedNotification>? _held;
    private int _heldBytes;

    /// <summary>Signals that came between the device's answer and the client's: they are told once, and by nothing else.</summary>
    private Queue<SerializedNotification>? _early;
    private int _earlyBytes;
    private Phase _phase = Phase.Connecting;
    private long _epoch;
    private long _number;
    private long _head;
    private bool _fetching;

    private enum Phase
    {
        /// <summary>The device has not answered yet: everything is held.</summary>
        Connecting,

        /// <summary>The device has answered, the client has not been told.</summary>
        Connected,

        Live,
        Lost,
    }

    /// <summary>The epoch; 0 before the device answered.</summary>
    public long Epoch => _epoch;

    /// <summary>The last number that is ready or was taken.</summary>
    public long Number => _number;

    /// <summary>Whether there is anything to renew a lease for.</summary>
    public bool IsLive => _phase == Phase.Live;

    /// <summary>Whether a number is known to exist that is not here yet.</summary>
    public bool IsBehind => _head > _number;

    /// <summary>An event of the stream. One without a number (0) is ready at once; before <see cref="Begin"/> a signal waits for it, and another is dropped.</summary>
    public Step Receive(long eventEpoch, long eventNumber, SerializedNotification notification)
    {
        if (_phase == Phase.Lost)
        {
            return Step.None;
        }

        if (_phase == Phase.Connecting && _epoch == 0)
        {
            // The device's answer will tell the epoch; till then the events agree with one another.
            _epoch = eventEpoch;
        }

        if (eventEpoch != _epoch)
        {
            return Lose();
        }

        if (eventNumber == 0)
        {
            if (_phase == Phase.Live)
            {
                _ready.Enqueue(new Numbered(0, notification));
            }
            else if (notification.Signal is not null && (_early?.Count ?? 0) < HeldCount && _earlyBytes < HeldBytes)
            {
                (_early ??= new()).Enqueue(notification);
                _earlyBytes += notification.Payload.Length;
            }

            return Step.None;
        }

        if (eventNumber <= _number)
        {
            return Step.None;
        }

        if (_phase == Phase.Live && eventNumber == _number + 1)
        {
            Ready(notification);
            ReadyHeld();
        }
        else
        {
            Hold(eventNumber, notification);
        }

        return FetchIfBehind();
    }

    /// <summary>The device's answer: what was missed comes first.</summary>
    /// <param name="ringing">Without numbers, behind what was missed.</param>
    public Step Connect(long deviceEpoch, long before, IReadOnlyCollection<SerializedNotification> missed, IReadOnlyCollection<SerializedNotification>? ringing = null)
    {
        Debug.Assert(_phase is Phase.Connecting or Phase.Lost, "a session connects once");
        if (_phase == Phase.Lost)
        {
            return Step.None;
        }

        if (_epoch != 0 && _epoch != deviceEpoch)
        {
            // An event of this session can only follow its connection: it is the newer one.
            return Lose();
        }

        _phase = Phase.Connected;
        _epoch = deviceEpoch;
        _number = before;
        foreach (var notification in missed)
        {
            Ready(notification);
        }

        foreach (var notification in ringing ?? [])
        {
            _ready.Enqueue(new Numbered(0, notification));
        }

        return Step.None;
    }

    /// <summary>The client has its answer: what is ready may be taken.</summary>
    public Step Begin()
    {
        if (_phase == Phase.Connected)
        {
            _phase = Phase.Live;
            ReadyHeld();
            while (_early?.TryDequeue(out var signal) == true)
            {
                _ready.Enqueue(new Numbered(0, signal));
            }

            _early = null;
        }

        return FetchIfBehind();
    }

    /// <summary>The next notification to hand on; false when there is none now.</summary>
    public bool TryNext(out Numbered next)
    {
        next = default;
        return _phase == Phase.Live && _ready.TryDequeue(out next);
    }

    /// <summary>What the device keeps after the number that was asked for.</summary>
    public Step Fetched(long after, InboxPage page)
    {
        _fetching = false;
        if (_phase == Phase.Lost)
        {
            return Step.None;
        }

        if (!page.Continuous)
        {
            return Lose();
        }

        var before = _number;
        var next = after;
        foreach (var notification in page.Notifications)
        {
            next++;
            if (next == _number + 1)
            {
                Ready(notification);
            }
        }

        ReadyHeld();

        // An inbox that does not have what an event named is no inbox of this epoch.
        return IsBehind && _number == before ? Lose() : FetchIfBehind();
    }

    /// <summary>The lease says where the device is. Being behind alone is no reason to fetch: events may be on their way.</summary>
    public Step Leased(long deviceEpoch, long deviceNumber)
    {
        if (_phase is not (Phase.Connected or Phase.Live))
        {
            return Step.None;
        }

        if (deviceEpoch != _epoch)
        {
            return Lose();
        }

        _head = Math.Max(_head, deviceNumber);
        return Step.None;
    }

    /// <summary>What was on its way has had its time.</summary>
    public Step CatchUp() => FetchIfBehind();

    private Step FetchIfBehind()
    {
        if (_phase != Phase.Live || _fetching || !IsBehind)
        {
            return Step.None;
        }

        _fetching = true;
        return Step.Fetch;
    }

    private Step Lose()
    {
        _phase = Phase.Lost;
        _ready.Clear();
        _held = null;
        _early = null;
        return Step.Lost;
    }

    private void Ready(SerializedNotification notification)
    {
        _number++;
        _ready.Enqueue(new Numbered(_number, notification));
    }

    private void ReadyHeld()
    {
        while (_held is not null && _held.Remove(_number + 1, out var notification))
        {
            _heldBytes -= notification.Payload.Length;
            Ready(notification);
        }

        if (_held is not null && (_held.Count == 0 || !IsBehind))
        {
            // What is left came by a fetch as well.
            _held = null;
            _heldBytes = 0;
        }
    }

    private void Hold(long eventNumber, SerializedNotification notification)
    {
        _head = Math.Max(_head, eventNumber);
        _held ??= [];
        if (_held.Count < HeldCount && _heldBytes < HeldBytes && _held.TryAdd(eventNumber, notification))
        {
            _heldBytes += notification.Payload.Length;
        }
    }
}

/// <summary>What a session has to do now.</summary>
internal enum Step
{
    None,

    /// <summary>Fetch what follows <see cref="Continuity.Number"/>. Said once until it is answered.</summary>
    Fetch,

    /// <summary>Close with 1012. Said once.</summary>
    Lost,
}

/// <summary>A notification and its number; 0 for one that is not replayed.</summary>
internal readonly record struct Numbered(long Number, SerializedNotification Notification);
