using System.Diagnostics;
using Messenger.Contracts;

namespace Messenger.Gateway.Delivery;

/// <summary>
/// One session's place in its device's notices. Pure: no clock, no lock, no call. The caller asks for each thing that happened what is
/// to be done, and then takes what is ready with <see cref="TryNext"/>.
/// </summary>
/// <remarks>
/// Promise: what <see cref="TryNext"/> gives are the notices of one epoch, without a hole, without a double, in order,
/// from the number that the device named when the session connected. Where that cannot be kept it says <see cref="Step.Lost"/>, and gives no more.
/// </remarks>
internal sealed class Continuity
{
    /// <summary>Events held back while a gap is filled. More are dropped: the fetch that fills the gap brings them too.</summary>
    public const int HeldCount = 128;

    /// <summary>Payload bytes of those.</summary>
    public const int HeldBytes = 128 * 1024;

    private readonly Queue<Numbered> ready = new();
    private Dictionary<long, Notice>? held;
    private int heldBytes;
    private Phase phase = Phase.Connecting;
    private long epoch;
    private long number;
    private long head;
    private bool fetching;

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
    public long Epoch => epoch;

    /// <summary>The last number that is ready or was taken.</summary>
    public long Number => number;

    /// <summary>Whether there is anything to renew a lease for.</summary>
    public bool IsLive => phase == Phase.Live;

    /// <summary>Whether a number is known to exist that is not here yet.</summary>
    public bool IsBehind => head > number;

    /// <summary>An event of the stream. One without a number (0) is ready at once, or dropped before <see cref="Begin"/>.</summary>
    public Step Receive(long eventEpoch, long eventNumber, Notice notice)
    {
        if (phase == Phase.Lost)
        {
            return Step.None;
        }

        if (phase == Phase.Connecting && epoch == 0)
        {
            // The device's answer will tell the epoch; till then the events agree with one another.
            epoch = eventEpoch;
        }

        if (eventEpoch != epoch)
        {
            return Lose();
        }

        if (eventNumber == 0)
        {
            if (phase == Phase.Live)
            {
                ready.Enqueue(new Numbered(0, notice));
            }

            return Step.None;
        }

        if (eventNumber <= number)
        {
            return Step.None;
        }

        if (phase == Phase.Live && eventNumber == number + 1)
        {
            Ready(notice);
            ReadyHeld();
        }
        else
        {
            Hold(eventNumber, notice);
        }

        return FetchIfBehind();
    }

    /// <summary>The device's answer: what was missed comes first.</summary>
    public Step Connect(long deviceEpoch, long before, IReadOnlyCollection<Notice> missed)
    {
        Debug.Assert(phase is Phase.Connecting or Phase.Lost, "a session connects once");
        if (phase == Phase.Lost)
        {
            return Step.None;
        }

        if (epoch != 0 && epoch != deviceEpoch)
        {
            // An event of this session can only follow its connection: it is the newer one.
            return Lose();
        }

        phase = Phase.Connected;
        epoch = deviceEpoch;
        number = before;
        foreach (var notice in missed)
        {
            Ready(notice);
        }

        return Step.None;
    }

    /// <summary>The client has its answer: what is ready may be taken.</summary>
    public Step Begin()
    {
        if (phase == Phase.Connected)
        {
            phase = Phase.Live;
            ReadyHeld();
        }

        return FetchIfBehind();
    }

    /// <summary>The next notice to hand on; false when there is none now.</summary>
    public bool TryNext(out Numbered next)
    {
        next = default;
        return phase == Phase.Live && ready.TryDequeue(out next);
    }

    /// <summary>What the device keeps after the number that was asked for.</summary>
    public Step Fetched(long after, InboxPage page)
    {
        fetching = false;
        if (phase == Phase.Lost)
        {
            return Step.None;
        }

        if (!page.Continuous)
        {
            return Lose();
        }

        var before = number;
        var next = after;
        foreach (var notice in page.Notices)
        {
            next++;
            if (next == number + 1)
            {
                Ready(notice);
            }
        }

        ReadyHeld();

        // An inbox that does not have what an event named is no inbox of this epoch.
        return IsBehind && number == before ? Lose() : FetchIfBehind();
    }

    /// <summary>The lease says where the device is. Being behind alone is no reason to fetch: events may be on their way.</summary>
    public Step Leased(long deviceEpoch, long deviceNumber)
    {
        if (phase is not (Phase.Connected or Phase.Live))
        {
            return Step.None;
        }

        if (deviceEpoch != epoch)
        {
            return Lose();
        }

        head = Math.Max(head, deviceNumber);
        return Step.None;
    }

    /// <summary>What was on its way has had its time.</summary>
    public Step CatchUp() => FetchIfBehind();

    private Step FetchIfBehind()
    {
        if (phase != Phase.Live || fetching || !IsBehind)
        {
            return Step.None;
        }

        fetching = true;
        return Step.Fetch;
    }

    private Step Lose()
    {
        phase = Phase.Lost;
        ready.Clear();
        held = null;
        return Step.Lost;
    }

    private void Ready(Notice notice)
    {
        number++;
        ready.Enqueue(new Numbered(number, notice));
    }

    private void ReadyHeld()
    {
        while (held is not null && held.Remove(number + 1, out var notice))
        {
            heldBytes -= notice.Payload.Length;
            Ready(notice);
        }

        if (held is not null && (held.Count == 0 || !IsBehind))
        {
            // What is left came by a fetch as well.
            held = null;
            heldBytes = 0;
        }
    }

    private void Hold(long eventNumber, Notice notice)
    {
        head = Math.Max(head, eventNumber);
        held ??= [];
        if (held.Count < HeldCount && heldBytes < HeldBytes && held.TryAdd(eventNumber, notice))
        {
            heldBytes += notice.Payload.Length;
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

/// <summary>A notice and its number; 0 for one that is not replayed.</summary>
internal readonly record struct Numbered(long Number, Notice Notice);
