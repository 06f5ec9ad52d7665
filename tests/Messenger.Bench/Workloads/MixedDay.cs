using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;
using Messenger.Protocol;

namespace Messenger.Bench.Workloads;

/// <summary>
/// What phones do all day: a few large conversations and many small ones (Zipf), messages that everyone answers with both receipts, typing,
/// and phones that lose their connection and resume. Operations are messages.
/// </summary>
internal sealed class MixedDay
{
    private const int People = 60;
    private const int Conversations = 40;
    private const double ActionsPerSecond = 60;
    private const double ShareOfTyping = .2;

    /// <summary>One in so many actions is a phone's reconnect: one a second.</summary>
    private const int ReconnectEvery = 60;

    /// <summary>After the last message everything has this long to arrive.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(4);
    private readonly ConcurrentDictionary<Guid, Sent> _sent = new();
    private readonly Latencies _acks = new();
    private readonly Latencies _deliveries = new();
    private readonly List<OngoingConversation> _conversations = [];
    private Person[] _people = [];
    private long _acknowledged;

    public static Task<Measurement> Run(MessengerTarget target, Scale scale, CancellationToken cancellation) => new MixedDay().Live(target, scale, cancellation);

    private async Task<Measurement> Live(MessengerTarget target, Scale scale, CancellationToken cancellation)
    {
        _people = await Task.WhenAll(Enumerable.Range(0, People).Select(async _ => new Person(this, await target.LoggedIn(cancellation))));
        for (var rank = 1; rank <= Conversations; rank++)
        {
            var members = _people.OrderBy(_ => _random.Next()).Take(Math.Max(2, People / rank)).ToArray();
            var (conversation, key) = await MessengerTarget.Create([.. members.Select(person => person.Phone)]);
            _conversations.Add(new OngoingConversation(conversation, members, Frames.Message(conversation, key), Frames.Receipts(conversation), Phone.Bytes("t", new RequestTyping(conversation.ToString()))));
        }

        await Act(target, scale.WarmUp, cancellation);
        await Settle(cancellation);
        _acks.Clear();
        _deliveries.Clear();
        var (before, own, first, watch) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Interlocked.Read(ref _acknowledged), Stopwatch.StartNew());
        await Act(target, scale.Duration, cancellation);
        await Settle(cancellation);
        var count = Interlocked.Read(ref _acknowledged) - first;
        var cpu = Cpu.Seconds(target.Processes) - before;
        var measured = new Measurement(
            target.Name, "mixed-day", count / watch.Elapsed.TotalSeconds, cpu / count * 1000, Cpu.OwnSeconds() - own, _acks.Percentile(.5), _acks.Percentile(.99),
            _deliveries.Percentile(.5), _deliveries.Percentile(.99), null, Missing(), _people.Sum(person => person.Doubled))
        { ServerCpu = cpu };
        await Task.WhenAll(_people.Select(person => person.Phone.DisposeAsync().AsTask()));
        return measured;
    }

    private async Task Act(MessengerTarget target, TimeSpan duration, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var reconnects = new List<Task>();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        for (var done = 0L; watch.Elapsed < duration; await tick.WaitForNextTickAsync(cancellation))
        {
            for (var due = (long)(watch.Elapsed.TotalSeconds * ActionsPerSecond); done < due; done++)
            {
                var talk = _conversations[_random.Next(_conversations.Count)];
                var person = talk.Members[_random.Next(talk.Members.Length)];
                if (done % ReconnectEvery == ReconnectEvery - 1)
                {
                    reconnects.Add(person.Reconnect(target, (int)done, cancellation));
                }
                else if (_random.NextDouble() < ShareOfTyping)
                {
                    person.Phone.Connection.Send(talk.Typing);
                }
                else
                {
                    var uuid = Guid.NewGuid();
                    _sent[uuid] = new Sent(talk, person, Stopwatch.GetTimestamp());
                    person.Phone.Connection.Send(talk.Message(uuid));
                }
            }
        }

        await Task.WhenAll(reconnects);
    }

    private async Task Settle(CancellationToken cancellation)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Timeout && Missing() > 0;)
        {
            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>What was acknowledged and has not come to somebody; a phone that was told to synchronise has it from the history.</summary>
    private long Missing() => _sent.Where(sent => sent.Value.Acknowledged).Sum(
        sent => sent.Value.Ongoing.Members.Count(person => person != sent.Value.By && !person.Resynced && !person.Has(sent.Key)));

    private sealed record OngoingConversation(
        Guid Conversation, Person[] Members, Func<Guid, byte[]> Message, (Func<Guid, byte[]> Delivered, Func<Guid, byte[]> Readed) Receipts, byte[] Typing);

    private sealed class Sent(OngoingConversation talk, Person by, long at)
    {
        public OngoingConversation Ongoing { get; } = talk;

        public Person By { get; } = by;

        public long At { get; } = at;

        public bool Acknowledged { get; set; }
    }

    private sealed class Person
    {
        private readonly ConcurrentDictionary<Guid, bool> _seen = new();
        private readonly MixedDay _day;
        private string? _cursor;
        private int _reconnecting;

        public Person(MixedDay day, Phone phone)
        {
            (_day, Phone) = (day, phone);
            phone.OnFrame = Handle;
        }

        public Phone Phone { get; private set; }

        public long Doubled { get; private set; }

        public bool Resynced { get; private set; }

        public bool Has(Guid uuid) => _seen.ContainsKey(uuid);

        /// <summary>Gone and back at once, from the last cursor seen; who has seen none has nothing to resume.</summary>
        public async Task Reconnect(MessengerTarget target, int number, CancellationToken cancellation)
        {
            if (_cursor is null || Interlocked.Exchange(ref _reconnecting, 1) == 1)
            {
                return;
            }

            await Phone.DisposeAsync();
            var phone = await target.Connect(Phone.OpenUserId, number, cancellation);
            phone.OnFrame = Handle;
            Phone = phone;
            var answer = await phone.Authenticate(_cursor);
            Resynced |= answer.Contains("resync", StringComparison.Ordinal);
            Volatile.Write(ref _reconnecting, 0);
        }

        private void Handle(ReadOnlySpan<byte> frame)
        {
            var at = frame.IndexOf("\"cursor\":\""u8);
            if (at > 0)
            {
                var rest = frame[(at + 10)..];
                _cursor = Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]);
            }

            at = frame.IndexOf("\"message\":{\"uuid\":\""u8);
            if (at < 0 || !Guid.TryParse(frame.Slice(at + 19, 36), out var uuid) || !_day._sent.TryGetValue(uuid, out var sent))
            {
                return;
            }

            if (frame.StartsWith("{\"type\":\"ResponseAddedMessage\""u8))
            {
                sent.Acknowledged = true;
                Interlocked.Increment(ref _day._acknowledged);
                _day._acks.Add(Stopwatch.GetTimestamp() - sent.At);
            }
            else if (frame.StartsWith("{\"type\":\"NotificationAddedMessageToConversation\""u8))
            {
                _day._deliveries.Add(Stopwatch.GetTimestamp() - sent.At);
                Doubled += _seen.TryAdd(uuid, true) ? 0 : 1;
                Phone.Connection.Send(sent.Ongoing.Receipts.Delivered(uuid));
                Phone.Connection.Send(sent.Ongoing.Receipts.Readed(uuid));
            }
        }
    }
}
