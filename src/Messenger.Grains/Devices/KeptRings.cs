using Messenger.Contracts;
using Messenger.Ports;

namespace Messenger.Grains.Devices;

/// <summary>The calls that ring at one device now, with what its caller sent since: for who logs in meanwhile. In memory alone.</summary>
/// <remarks>Under its owner's lock. A call is its caller's: another's signals of the same uuid neither fill nor end it.</remarks>
/// <param name="device">See <see cref="DeviceKeys"/>.</param>
/// <param name="budget">Of the process; null for none.</param>
internal sealed class KeptRings(string device, MemoryBudget? budget)
{
    /// <summary>Nobody lets it ring longer.</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromSeconds(45);

    /// <summary>Signals that follow the one which began it.</summary>
    internal const int MostLater = 20;

    /// <summary>Bytes of the bodies of one call, decoded.</summary>
    internal const int MostBytes = 64 * 1024;

    /// <summary>Calls at once.</summary>
    internal const int MostCalls = 8;

    /// <summary>Of an entry, besides its payload.</summary>
    private const int Overhead = 256;

    private readonly string _user = DeviceKeys.UserOf(device);
    private readonly string _application = DeviceKeys.ApplicationOf(device);
    private readonly List<Call> _calls = [];

    public bool IsEmpty => _calls.Count == 0;

    /// <summary>Whether this device sent it.</summary>
    public bool IsOwn(SignalHint signal) => signal.AuthorId == _user && signal.Application == _application;

    /// <summary>Works on one signal. What is to be pushed: to a device that is away, a call; to one to which a call was pushed, its end.</summary>
    public CallPush? Take(SerializedNotification notification, SignalHint signal, long now, bool online)
    {
        Forget(now);
        if (signal.Call is not { } call)
        {
            return null;
        }

        var known = _calls.Find(ringing => ringing.Uuid == call && ringing.Author == signal.AuthorId);
        switch (signal.Act)
        {
            case SignalAct.Stop:
                return End(call, signal.AuthorId, now);
            case SignalAct.Start when known is null && signal.AuthorId != _user && !signal.IsMuted:
                return Begin(notification, signal, call, now, online);
            case SignalAct.None or SignalAct.Start when known is not null && !signal.IsMuted:
                Keep(known, notification, signal);
                return null;
            default:
                return null;
        }
    }

    /// <summary>What a device is told that logs in now, in order.</summary>
    public SerializedNotification[] Ringing(long now)
    {
        Forget(now);
        return [.. _calls.SelectMany(call => call.Signals)];
    }

    /// <summary>The device is away: the calls that were not pushed to it yet.</summary>
    public List<CallPush> Unpushed(long now)
    {
        Forget(now);
        return [.. _calls.Where(call => call.Pushed is not { IsQueued: true }).Select(call => call.Pushed = new CallPush(call.Conversation, call.Uuid, IsEnd: false, now))];
    }

    public void Clear()
    {
        budget?.Release(_calls.Sum(call => call.Held));
        _calls.Clear();
    }

    private CallPush? Begin(SerializedNotification notification, SignalHint signal, Guid call, long now, bool online)
    {
        var fresh = new Call(signal.AuthorId, signal.Conversation, call, now + (long)Life.TotalMilliseconds);
        if (_calls.Count == MostCalls || !Keep(fresh, notification, signal))
        {
            return null;
        }

        _calls.Add(fresh);
        return online ? null : fresh.Pushed = new CallPush(fresh.Conversation, call, IsEnd: false, now);
    }

    /// <summary>What is kept is a beginning: after the first that found no room nothing is.</summary>
    private bool Keep(Call call, SerializedNotification notification, SignalHint signal)
    {
        var held = notification.Payload.Length + Overhead;
        if (call.IsFull || call.Signals.Count > MostLater || call.Bytes + signal.Bytes > MostBytes || !HasRoom(held))
        {
            call.IsFull = true;
            return false;
        }

        call.Signals.Add(notification);
        call.Bytes += signal.Bytes;
        call.Held += held;
        return true;
    }

    private bool HasRoom(int bytes)
    {
        if (budget is null || budget.TryReserve(bytes))
        {
            return true;
        }

        budget.CountShed();
        return false;
    }

    /// <summary>By its caller, or by its user, on whatever device.</summary>
    private CallPush? End(Guid call, string author, long now)
    {
        CallPush? end = null;
        foreach (var one in _calls.Where(ringing => ringing.Uuid == call && (ringing.Author == author || author == _user)).ToList())
        {
            Remove(one);
            if (one.Pushed is { IsQueued: true } pushed)
            {
                pushed.IsOver = true;
                end = new CallPush(one.Conversation, call, IsEnd: true, now);
            }
        }

        return end;
    }

    private void Forget(long now)
    {
        foreach (var over in _calls.Where(call => call.Ends <= now).ToList())
        {
            Remove(over);
        }
    }

    private void Remove(Call call)
    {
        _calls.Remove(call);
        budget?.Release(call.Held);
    }

    private sealed class Call(string author, Guid conversation, Guid uuid, long ends)
    {
        public string Author => author;

        public Guid Conversation => conversation;

        public Guid Uuid => uuid;

        public long Ends => ends;

        public List<SerializedNotification> Signals { get; } = [];

        public int Bytes { get; set; }

        public long Held { get; set; }

        public bool IsFull { get; set; }

        public CallPush? Pushed { get; set; }
    }
}
