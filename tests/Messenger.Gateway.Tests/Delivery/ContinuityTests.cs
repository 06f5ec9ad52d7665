using CsCheck;
using Messenger.Contracts;
using Messenger.Delivery.Fixture;
using Messenger.Gateway.Delivery;
using Xunit;

namespace Messenger.Gateway.Tests.Delivery;

public class ContinuityTests
{
    private const long Epoch = 5;
    private readonly Continuity _continuity = new();

    [Fact]
    public void What_was_missed_comes_first_and_only_after_the_answer()
    {
        Receive(4);
        Assert.Equal(Step.None, _continuity.Connect(Epoch, 1, [TestNotifications.Of(2), TestNotifications.Of(3)]));
        Receive(5);
        Assert.Empty(Taken());
        Assert.Equal(Step.None, _continuity.Begin());
        Assert.Equal([2, 3, 4, 5], Taken());
    }

    [Fact]
    public void Signals_of_calls_come_behind_what_was_missed_and_before_what_came_since()
    {
        _continuity.Connect(Epoch, 1, [TestNotifications.Of(2)], [Signal("rings")]);
        _continuity.Receive(Epoch, 0, Signal("follows"));
        _continuity.Receive(Epoch, 0, TestNotifications.Typing());
        Assert.Empty(Taken());
        _continuity.Begin();
        _continuity.Receive(Epoch, 0, Signal("last"));
        List<string> heard = [];
        while (_continuity.TryNext(out var next))
        {
            heard.Add(next.Number == 0 ? next.Notification.Signal!.AuthorId : "numbered");
        }

        Assert.Equal(["numbered", "rings", "follows", "last"], heard);

        static SerializedNotification Signal(string author) =>
            TestNotifications.Typing() with { Signal = new SignalHint(author, "theirs", Guid.Empty, null, 4) };
    }

    [Fact]
    public void What_the_answer_brought_is_not_doubled_by_the_stream()
    {
        Receive(2);
        _continuity.Connect(Epoch, 0, [TestNotifications.Of(1), TestNotifications.Of(2)]);
        _continuity.Begin();
        Receive(1);
        Receive(3);
        Assert.Equal([1, 2, 3], Taken());
    }

    [Fact]
    public void A_gap_is_fetched_once_and_what_came_meanwhile_follows_in_order()
    {
        Live();
        Assert.Equal(Step.None, Receive(1));
        Assert.Equal(Step.Fetch, Receive(3));
        Assert.Equal(Step.None, Receive(5));
        Assert.Equal([1], Taken());
        Assert.Equal(Step.None, _continuity.Fetched(1, Page(2, 3, 4)));
        Assert.Equal([2, 3, 4, 5], Taken());
    }

    [Fact]
    public void What_was_late_and_fills_the_gap_needs_no_fetch_any_more()
    {
        Live();
        Assert.Equal(Step.Fetch, Receive(2));
        Assert.Equal(Step.None, Receive(1));
        Assert.Equal([1, 2], Taken());
        Assert.Equal(Step.None, _continuity.Fetched(0, Page(1, 2)));
        Assert.Empty(Taken());
    }

    [Fact]
    public void More_than_can_be_held_is_fetched_again()
    {
        Live();
        for (var n = 2; n <= Continuity.HeldCount + 10; n++)
        {
            Receive(n);
        }

        Assert.Equal(Step.Fetch, _continuity.Fetched(0, Page(1)));
        Assert.Equal(Enumerable.Range(1, Continuity.HeldCount + 1), Taken());
        Assert.Equal(Step.None, _continuity.Fetched(_continuity.Number, Page([.. Enumerable.Range(Continuity.HeldCount + 2, 9)])));
        Assert.Equal(Continuity.HeldCount + 10, _continuity.Number);
    }

    [Fact]
    public void Another_epoch_ends_it_and_nothing_follows()
    {
        Live();
        Assert.Equal(Step.Lost, _continuity.Receive(Epoch + 1, 1, TestNotifications.Of(1)));
        Assert.Equal(Step.None, Receive(1));
        Assert.Empty(Taken());
    }

    [Fact]
    public void An_event_of_a_newer_epoch_than_the_answer_ends_it()
    {
        _continuity.Receive(Epoch + 1, 1, TestNotifications.Of(1));
        Assert.Equal(Step.Lost, _continuity.Connect(Epoch, 0, []));
    }

    [Fact]
    public void A_refused_page_ends_it()
    {
        Live();
        Receive(2);
        Assert.Equal(Step.Lost, _continuity.Fetched(0, new InboxPage(false, [])));
    }

    [Fact]
    public void An_inbox_without_what_an_event_named_ends_it_instead_of_being_asked_for_ever()
    {
        Live();
        Receive(2);
        Assert.Equal(Step.Lost, _continuity.Fetched(0, Page()));
    }

    [Fact]
    public void A_lost_tail_is_fetched_when_the_lease_tells_and_time_has_passed()
    {
        Live();
        Assert.Equal(Step.None, _continuity.Leased(Epoch, 2));
        Assert.True(_continuity.IsBehind);
        Assert.Equal(Step.Fetch, _continuity.CatchUp());
        Assert.Equal(Step.None, _continuity.CatchUp());
        _continuity.Fetched(0, Page(1, 2));
        Assert.Equal([1, 2], Taken());
    }

    [Fact]
    public void A_lease_of_what_is_just_on_its_way_costs_nothing()
    {
        Live();
        _continuity.Leased(Epoch, 1);
        Assert.Equal(Step.None, Receive(1));
        Assert.Equal(Step.None, _continuity.CatchUp());
    }

    [Fact]
    public void A_lease_of_another_epoch_ends_it()
    {
        Live();
        Assert.Equal(Step.Lost, _continuity.Leased(Epoch + 1, 0));
    }

    [Fact]
    public void Typing_passes_at_once_and_never_before_the_answer()
    {
        _continuity.Receive(Epoch, 0, TestNotifications.Typing());
        Live();
        _continuity.Receive(Epoch, 0, TestNotifications.Typing());
        Assert.True(_continuity.TryNext(out var next));
        Assert.Equal(0, next.Number);
        Assert.False(_continuity.TryNext(out _));
    }

    /// <summary>Events that are lost, doubled and late, fetches at any time: the client has each notification once, in order, and in the end all.</summary>
    [Fact]
    public void Whatever_the_stream_does_each_notice_comes_once_in_order() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 20], Gen.Int).Sample((total, missed, seed) =>
        {
            var random = new Random(seed);
            var subject = new Continuity();
            var got = new List<int>();
            var step = Step.None;
            var flight = new List<int>();
            var (published, asked, connected) = (missed, -1L, false);
            while (published < total || flight.Count > 0)
            {
                var before = step;
                switch (random.Next(5))
                {
                    case 0 or 1 when published < total:
                        flight.Add(++published);
                        step = Step.None;
                        break;
                    case 2 when flight.Count > 0:
                        flight.RemoveAt(random.Next(flight.Count));
                        step = Step.None;
                        break;
                    case 3 when flight.Count > 0:
                        var at = random.Next(Math.Min(3, flight.Count));
                        step = subject.Receive(Epoch, flight[at], TestNotifications.Of(flight[at]));
                        if (random.Next(4) > 0)
                        {
                            flight.RemoveAt(at);
                        }

                        break;
                    case 4 when !connected:
                        connected = true;
                        subject.Connect(Epoch, 0, [.. Enumerable.Range(1, published).Select(n => TestNotifications.Of(n))]);
                        step = subject.Begin();
                        break;
                    case 4 when asked >= 0:
                        var after = asked;
                        asked = -1;
                        step = subject.Fetched(after, Page([.. Enumerable.Range((int)after + 1, published - (int)after)]));
                        break;
                    default:
                        step = Step.None;
                        break;
                }

                Assert.NotEqual(Step.Lost, step);
                asked = step == Step.Fetch ? subject.Number : asked;
                while (subject.TryNext(out var next))
                {
                    got.Add(TestNotifications.Index(next.Notification));
                }
            }

            if (!connected)
            {
                return;
            }

            if (asked >= 0)
            {
                subject.Fetched(asked, Page([.. Enumerable.Range((int)asked + 1, total - (int)asked)]));
            }

            subject.Leased(Epoch, total);
            if (subject.CatchUp() == Step.Fetch)
            {
                subject.Fetched(subject.Number, Page([.. Enumerable.Range((int)subject.Number + 1, total - (int)subject.Number)]));
            }

            while (subject.TryNext(out var next))
            {
                got.Add(TestNotifications.Index(next.Notification));
            }

            Assert.Equal(Enumerable.Range(1, total), got);
        });

    private static InboxPage Page(params int[] numbers) => new(true, [.. numbers.Select(n => TestNotifications.Of(n))]);

    private Step Receive(int n) => _continuity.Receive(Epoch, n, TestNotifications.Of(n));

    private void Live()
    {
        _continuity.Connect(Epoch, 0, []);
        _continuity.Begin();
    }

    private List<int> Taken()
    {
        var taken = new List<int>();
        while (_continuity.TryNext(out var next))
        {
            Assert.Equal(TestNotifications.Index(next.Notification), next.Number);
            taken.Add(TestNotifications.Index(next.Notification));
        }

        return taken;
    }
}
