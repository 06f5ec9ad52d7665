using Messenger.Contracts;
using Messenger.Delivery.Fixture;
using Messenger.Gateway.Delivery;
using Messenger.Grains.Devices;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Gateway.Tests.Delivery;

/// <summary>
/// A device's real inbox and its sessions' real continuity, with everything between them cut into single steps: a call reaches the device, its
/// answer arrives, an event arrives or is lost. What a device's grain and a subscription add to these two is written out here, and short.
/// </summary>
/// <param name="leases">False takes the last net away: then a schedule must be found that ends in silence.</param>
internal sealed class DeliveryPath(bool leases = true)
{
    private const int Sessions = 2;

    /// <summary>A small inbox, so that what is missed can be gone.</summary>
    private static readonly InboxBounds Bounds = new(3, 100_000, TimeSpan.FromDays(1));

    private readonly Inbox _inbox = new(Bounds, epoch: 1);
    private readonly Dictionary<(long Epoch, long Number), int> _published = [];
    private readonly List<Session> _sessions = [];
    private Session? _held;
    private int _notices;

    private bool Leases => leases;

    /// <summary>What can happen now, in an order that depends on nothing else.</summary>
    public List<Action> Possible()
    {
        List<Action> possible = [Publish];
        if (_sessions.Count < Sessions)
        {
            possible.Add(Open);
        }

        foreach (var session in _sessions.Where(session => !session.Over))
        {
            session.AddPossible(possible);
        }

        if (_inbox.Epoch < 3)
        {
            possible.Add(RequireResync);
        }

        return possible;
    }

    /// <summary>At every moment: what a client was given has no hole, no double, and is what was published under its number.</summary>
    public void Check()
    {
        foreach (var session in _sessions)
        {
            var expected = session.From;
            foreach (var (epoch, number, index) in session.Given)
            {
                Assert.Equal(++expected, number);
                Assert.Equal(_published[(epoch, number)], index);
            }
        }
    }

    /// <summary>Nothing new happens; what is under way arrives, leases are renewed as time goes by.</summary>
    public void Settle()
    {
        for (var round = 0; round < 6; round++)
        {
            foreach (var session in _sessions)
            {
                session.Drain();
            }
        }
    }

    /// <summary>In the end: a session has everything, or its client was told to come again.</summary>
    public void CheckSettled()
    {
        Check();
        foreach (var session in _sessions.Where(session => !session.Over))
        {
            Assert.Same(_held, session);
            Assert.Equal(_inbox.Epoch, session.Continuity.Epoch);
            Assert.Equal(_inbox.Number, session.From + session.Given.Count);
        }
    }

    private void Publish()
    {
        var number = _inbox.Append(TestNotifications.Of(++_notices), now: 0);
        _published[(_inbox.Epoch, number)] = _notices;
        _held?.Stream.Enqueue(new Event(_inbox.Epoch, number, TestNotifications.Of(_notices), CloseCode.None));
    }

    /// <summary>The inbox dies, or somebody requires a resync.</summary>
    private void RequireResync()
    {
        _inbox.StartEpoch(_inbox.Epoch + 1);
        _held?.Stream.Enqueue(new Event(0, 0, null, CloseCode.ContinuityLost));
    }

    /// <summary>A client comes, with the last cursor that any of its connections was given.</summary>
    private void Open()
    {
        var cursor = _sessions.LastOrDefault(session => session.Given.Count > 0)?.Given[^1];
        _sessions.Add(new Session(this, cursor is { } last ? new Cursor(last.Epoch, last.Number).ToString() : null));
    }

    private sealed record Event(long Epoch, long Number, SerializedNotification? Notification, CloseCode Close);

    private sealed class Session(DeliveryPath path, string? cursor)
    {
        private bool _reached;
        private Connected? _answer;
        private bool _begun;
        private long? _fetch;
        private InboxPage? _page;
        private bool _claimed;
        private (bool Held, long Epoch, long Number)? _lease;

        public Continuity Continuity { get; } = new();

        public Queue<Event> Stream { get; } = new();

        public List<(long Epoch, long Number, int Index)> Given { get; } = [];

        public long From { get; private set; }

        public bool Over { get; private set; }

        public void AddPossible(List<Action> possible)
        {
            if (!_reached)
            {
                possible.Add(Reach);
            }
            else if (_answer is not null)
            {
                possible.Add(Answered);
            }
            else if (!_begun)
            {
                possible.Add(Begin);
            }

            if (Stream.Count > 0)
            {
                possible.Add(Arrive);
                possible.Add(() => Stream.Dequeue());
            }

            if (_fetch is not null)
            {
                possible.Add(_page is null ? FetchReaches : FetchAnswered);
            }

            if (_lease is not null)
            {
                possible.Add(Leased);
            }
            else if (path.Leases && Continuity.IsLive)
            {
                possible.Add(Claim);
            }
        }

        public void Drain()
        {
            while (!Over)
            {
                List<Action> possible = [];
                AddPossible(possible);
                var next = possible.FirstOrDefault(step => step != (Action)Claim && step != (Action)Leased);
                if (next is null)
                {
                    break;
                }

                next();
            }

            if (!path.Leases)
            {
                return;
            }

            if (!Over && _lease is null)
            {
                Claim();
            }

            if (!Over)
            {
                Leased();
            }
        }

        /// <summary>The connection reaches the device, which lets go of the older one.</summary>
        private void Reach()
        {
            _reached = true;
            if (path._held is { } older)
            {
                older.Stream.Enqueue(new Event(0, 0, null, CloseCode.Replaced));
            }

            path._held = this;
            var resumed = path._inbox.Resume(cursor);
            _answer = new Connected(path._inbox.Epoch, resumed.Number, resumed.Missed, resumed.Resync, null!);
        }

        private void Answered()
        {
            From = _answer!.Number;
            After(Continuity.Connect(_answer.Epoch, _answer.Number, _answer.Missed));
            _answer = null;
        }

        private void Begin()
        {
            _begun = true;
            After(Continuity.Begin());
        }

        private void Arrive()
        {
            var next = Stream.Dequeue();
            if (next.Close != CloseCode.None)
            {
                Over = true;
                return;
            }

            After(Continuity.Receive(next.Epoch, next.Number, next.Notification!));
        }

        private void FetchReaches() => _page = path._inbox.After(_fetch!.Value) is { } notifications && path._inbox.Epoch == Continuity.Epoch
            ? new InboxPage(true, notifications) : new InboxPage(false, []);

        private void FetchAnswered()
        {
            var (after, page) = (_fetch!.Value, _page!);
            (_fetch, _page) = (null, null);
            After(Continuity.Fetched(after, page));
        }

        private void Claim()
        {
            _claimed = Continuity.IsLive;
            _lease = (path._held == this, path._inbox.Epoch, path._inbox.Number);
        }

        private void Leased()
        {
            var (held, epoch, number) = _lease!.Value;
            _lease = null;
            if (!_claimed)
            {
                return;
            }

            if (!held && epoch == Continuity.Epoch)
            {
                Over = true;
                return;
            }

            After(Continuity.Leased(epoch, number));
            if (!Over)
            {
                After(Continuity.CatchUp());
            }
        }

        private void After(Step step)
        {
            if (step == Step.Lost)
            {
                Over = true;
                return;
            }

            if (step == Step.Fetch)
            {
                Assert.Null(_fetch);
                _fetch = Continuity.Number;
            }

            while (Continuity.TryNext(out var next))
            {
                Given.Add((Continuity.Epoch, next.Number, TestNotifications.Index(next.Notification)));
            }
        }
    }
}
