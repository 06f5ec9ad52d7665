using System.Diagnostics;
using Messenger.Bench.Load;
using Messenger.Bench.Report;
using Messenger.Bench.Targets;
using Messenger.Testing.Servers;

namespace Messenger.Bench.Workloads;

/// <summary>Rooms of one kind.</summary>
/// <param name="Count">How many.</param>
/// <param name="People">In each.</param>
/// <param name="Writers">How many of them write.</param>
internal sealed record Groups(int Count, int People, int Writers);

/// <summary>Rooms in which some people write, flat out or paced, and everyone else listens. Counts what was lost and what came twice.</summary>
internal sealed class ConversationWorkload(ITarget target, string name)
{
    /// <summary>After the last send everything has this long to arrive.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The store stands still this long.</summary>
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(3);

    /// <summary>Of it, what was stored before has this long to be told; then it is counted.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromMilliseconds(500);

    private const int WarmUpWindow = 8;

    /// <summary>Messages that are remembered, of all writers: far past what a run sends. Memory is taken as it is written to.</summary>
    private const int Remembered = 1 << 26;

    /// <summary>Of one writer, at most.</summary>
    private const int PerWriter = 1 << 21;

    private readonly Latencies _acks = new();
    private readonly Latencies _deliveries = new();
    private readonly Latencies _lasts = new();
    private readonly List<Writer> _writers = [];
    private long _doubled;
    private long _arrived;
    private volatile bool _writing;
    private bool _windowed;
    private int _capacity;
    private bool _inGroups;

    /// <summary>Whether everyone answers a message with both receipts, as phones do.</summary>
    public bool Receipts { get; init; }

    /// <summary>
    /// Flat out, also before a paced measurement: the compiler works through its tiers for the first tens of thousands of messages, and its
    /// CPU time is not the server's cost.
    /// </summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Warms up at the measurement's pace instead: flat out, receipts would be sent faster than they are served, and those that wait would be counted
    /// in the measurement.
    /// </summary>
    public bool WarmUpPaced { get; init; }

    /// <summary>A store that is stopped in its tracks in the middle of the measurement; null for none.</summary>
    public PostgresServer? Freeze { get; init; }

    /// <param name="groups">Where they talk.</param>
    /// <param name="window">Unacknowledged messages of each writer; ignored when paced.</param>
    /// <param name="perSecond">Paced: messages a second, all together; 0: flat out.</param>
    public async Task<Measurement> Run(IReadOnlyList<Groups> groups, int window, double perSecond, TimeSpan duration, CancellationToken cancellation)
    {
        await Prepare(groups, perSecond, cancellation);
        var measured = await Measure(window, perSecond, duration, cancellation);
        await Leave();
        return measured;
    }

    /// <summary>Everybody is there, and the server is warm.</summary>
    public async Task Prepare(IReadOnlyList<Groups> groups, double perSecond, CancellationToken cancellation)
    {
        _inGroups = groups.Any(one => one.People > 2);
        _capacity = Math.Min(PerWriter, Remembered / Math.Max(1, groups.Sum(one => one.Count * one.Writers)));
        foreach (var one in groups)
        {
            for (var room = 0; room < one.Count; room++)
            {
                await Enter(one, cancellation);
            }
        }

        await Load(WarmUpWindow, WarmUpPaced ? perSecond : 0, WarmUp, cancellation);
        await Settle(cancellation);
    }

    /// <summary>Once, or in slices with other loads between them. What was lost or doubled counts from the beginning.</summary>
    public async Task<Measurement> Measure(int window, double perSecond, TimeSpan duration, CancellationToken cancellation)
    {
        _acks.Clear();
        _deliveries.Clear();
        _lasts.Clear();
        var (before, own, arrived) = (Cpu.Seconds(target.Processes), Cpu.OwnSeconds(), Interlocked.Read(ref _arrived));
        var watch = Stopwatch.StartNew();
        var frozen = Freeze is { } store ? Stopped(store, cancellation) : null;
        await Load(window, perSecond, duration, cancellation);
        var (acknowledgedFrozen, deliveredFrozen) = frozen is null ? ((double?)null, (double?)null) : await frozen;
        var seconds = watch.Elapsed.TotalSeconds;
        var count = Interlocked.Read(ref _arrived) - arrived;
        var cpu = Cpu.Seconds(target.Processes) - before;
        await Settle(cancellation);
        var expected = _writers.Sum(writer => (long)writer.Acknowledged * writer.Audience);
        return new Measurement(
            target.Name, name, count / seconds, cpu / count * 1000, Cpu.OwnSeconds() - own, _acks.Percentile(.5), _acks.Percentile(.99),
            _deliveries.Percentile(.5), _deliveries.Percentile(.99), null, Math.Max(0, expected - Interlocked.Read(ref _arrived)), _doubled)
        {
            LastP50 = _inGroups ? _lasts.Percentile(.5) : null,
            ServerCpu = cpu,
            AckedFrozen = acknowledgedFrozen,
            DeliveredFrozen = deliveredFrozen,
        };
    }

    public async Task Leave()
    {
        TellClosed();
        foreach (var writer in _writers)
        {
            await writer.Party.Connection.DisposeAsync();
        }
    }

    /// <summary>
    /// A phone that was closed with a code knows that it has to come back and resynchronise; the load's do not, so what they miss counts as lost.
    /// </summary>
    private void TellClosed()
    {
        foreach (var (code, count) in _writers.Select(writer => writer.Party.Connection).OfType<LoadConnection>().Where(one => one.CloseCode != 0).CountBy(one => one.CloseCode))
        {
            Console.Error.WriteLine($"{target.Name}: {name}: {count} connections were closed with {code}; what they missed counts as lost");
        }
    }

    private async Task Enter(Groups groups, CancellationToken cancellation)
    {
        var parties = await target.Group(groups.People, cancellation);
        for (var i = 0; i < parties.Length; i++)
        {
            var writer = new Writer(this, parties[i], _writers.Count, i < groups.Writers ? _capacity : 0, groups.People - 1);
            _writers.Add(writer);
            parties[i].Listen(writer.Handle);
        }
    }

    /// <summary>How many messages were acknowledged and delivered while the store stood still.</summary>
    private async Task<(double Acknowledged, double Delivered)> Stopped(PostgresServer store, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        store.Pause();
        try
        {
            await Task.Delay(OnItsWay, cancellation);
            var (acknowledged, delivered) = (_writers.Sum(writer => (long)writer.Acknowledged), Interlocked.Read(ref _arrived));
            await Task.Delay(Frozen - OnItsWay, cancellation);
            return (_writers.Sum(writer => (long)writer.Acknowledged) - acknowledged, Interlocked.Read(ref _arrived) - delivered);
        }
        finally
        {
            store.Resume();
        }
    }

    private async Task Load(int window, double perSecond, TimeSpan duration, CancellationToken cancellation)
    {
        var active = _writers.Where(writer => writer.Writes).ToList();
        _windowed = perSecond == 0;
        _writing = true;
        if (_windowed)
        {
            active.ForEach(writer => writer.Fill(window));
            await Task.Delay(duration, cancellation);
        }
        else
        {
            await Pace(active, perSecond, duration, cancellation);
        }

        _writing = false;
    }

    private static async Task Pace(List<Writer> writers, double perSecond, TimeSpan duration, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var sent = 0L; watch.Elapsed < duration; await tick.WaitForNextTickAsync(cancellation))
        {
            for (var due = (long)(watch.Elapsed.TotalSeconds * perSecond); sent < due; sent++)
            {
                writers[(int)(sent % writers.Count)].Send();
            }
        }
    }

    private async Task Settle(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Timeout
            && (_writers.Any(writer => writer.Acknowledged < writer.Sent)
                || Interlocked.Read(ref _arrived) < _writers.Sum(writer => (long)writer.Sent * writer.Audience)))
        {
            await Task.Delay(20, cancellation);
        }
    }

    private sealed class Writer(ConversationWorkload talk, Party party, int number, int capacity, int audience)
    {
        private readonly long[] _sentAt = new long[capacity];
        private readonly int[] _received = new int[capacity];
        private int _sent;
        private int _acknowledged;

        public Party Party { get; } = party;

        public bool Writes => capacity > 0;

        public int Capacity => capacity;

        public int Audience { get; } = audience;

        public int Sent => _sent;

        public int Acknowledged => Volatile.Read(ref _acknowledged);

        public void Fill(int window)
        {
            for (var i = 0; i < window; i++)
            {
                Send();
            }
        }

        public void Send()
        {
            var sequence = Interlocked.Increment(ref _sent) - 1;
            _sentAt[sequence % capacity] = Stopwatch.GetTimestamp();
            Party.Send(Uuid(number, sequence));
        }

        public void Handle(ReadOnlySpan<byte> frame)
        {
            var at = frame.IndexOf(Party.UuidAfter);
            if (at < 0 || !Guid.TryParse(frame.Slice(at + Party.UuidAfter.Length, 36), out var uuid) || !TryRead(uuid, out var writer, out var sequence))
            {
                return;
            }

            var from = talk._writers[writer];
            if (frame.StartsWith(Party.Acknowledges))
            {
                talk._acks.Add(Stopwatch.GetTimestamp() - from._sentAt[sequence % from.Capacity]);
                Interlocked.Increment(ref _acknowledged);
                if (talk._writing && talk._windowed)
                {
                    Send();
                }
            }
            else
            {
                var took = Stopwatch.GetTimestamp() - from._sentAt[sequence % from.Capacity];
                talk._deliveries.Add(took);
                Interlocked.Increment(ref talk._arrived);
                var received = Interlocked.Increment(ref from._received[sequence % from.Capacity]);
                if (received == from.Audience)
                {
                    talk._lasts.Add(took);
                }
                else if (received > from.Audience)
                {
                    Interlocked.Increment(ref talk._doubled);
                }

                if (talk.Receipts && Party.Receipts is { } receipts)
                {
                    Party.Connection.Send(receipts.Delivered(uuid));
                    Party.Connection.Send(receipts.Readed(uuid));
                }
            }
        }

        private static Guid Uuid(int writer, int sequence) => new(writer, 0x4242, 0x4242, 0x42, 0x42, 0x42, 0x42,
            (byte)(sequence >> 24), (byte)(sequence >> 16), (byte)(sequence >> 8), (byte)sequence);

        private static bool TryRead(Guid uuid, out int writer, out int sequence)
        {
            Span<byte> bytes = stackalloc byte[16];
            uuid.TryWriteBytes(bytes);
            writer = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(bytes);
            sequence = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes[12..]);
            return bytes[4] == 0x42 && bytes[5] == 0x42;
        }
    }
}
