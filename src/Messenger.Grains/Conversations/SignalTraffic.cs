using Messenger.Ports;
using Messenger.Ports.Flow;

namespace Messenger.Grains.Conversations;

/// <summary>What signals of one conversation were sent lately: so that a repeat does nothing, and that nobody rings too often. In memory: a signal is not stored.</summary>
/// <remarks>Lives in its grain's turns: no locks. Its memory counts in the process's budget of signals, and is bounded for each person.</remarks>
internal sealed class SignalTraffic(MemoryBudget budget, TimeProvider timeProvider) : IDisposable
{
    /// <summary>How long a repeat is recognised.</summary>
    internal static readonly TimeSpan Remembered = TimeSpan.FromMinutes(2);

    /// <summary>Signals of one person in that time: five a second, which the candidates of several calls do not reach.</summary>
    internal const int MostRemembered = 600;

    /// <summary>Of one person in this conversation.</summary>
    internal const int RingsPerMinute = 6;

    /// <summary>Of one person to one other.</summary>
    internal const int RingsPerHour = 30;

    /// <summary>Pairs of people whose rings are counted: past this the windows that end first are forgotten.</summary>
    private const int MostPairs = 1024;

    /// <summary>A uuid, its time and its place in a set and a queue.</summary>
    private const int EntryBytes = 128;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Sender> _senders = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), FixedWindow> _pairs = [];
    private long _held;
    private bool _over;

    private TimeSpan Now => timeProvider.GetElapsedTime(0);

    /// <summary>Whether this person sent this signal within <see cref="Remembered"/>.</summary>
    public bool IsKnown(string userId, Guid signal)
    {
        Forget();
        return _senders.TryGetValue(userId, out var sender) && sender.Known.Contains(signal);
    }

    /// <summary>Seconds until this person may send another signal; 0 for now.</summary>
    public int SecondsUntilRoom(string userId) => _senders.TryGetValue(userId, out var sender) && sender.Known.Count >= MostRemembered
        ? (int)Math.Max(1, Math.Ceiling((sender.Order.Peek().Until - Now).TotalSeconds))
        : 0;

    /// <summary>Seconds until this person may ring all of these; 0 for now.</summary>
    public int SecondsUntilRing(string userId, IReadOnlyCollection<string> named)
    {
        var now = Now;
        var mine = _senders.TryGetValue(userId, out var sender) ? sender.Rings.SecondsUntilRoom(now, RingsPerMinute) : 0;
        return named.Select(to => _pairs.GetValueOrDefault((userId, to)).SecondsUntilRoom(now, RingsPerHour)).Append(mine).Max();
    }

    /// <summary>Remembers a signal that is sent now. False, and nothing happened: the process has no memory for it.</summary>
    /// <param name="rung">Whom it rings; empty for none.</param>
    public bool TryRemember(string userId, Guid signal, IReadOnlyCollection<string> rung)
    {
        if (_over || !budget.TryReserve(EntryBytes))
        {
            budget.CountShed();
            return false;
        }

        _held += EntryBytes;
        var now = Now;
        if (!_senders.TryGetValue(userId, out var sender))
        {
            _senders[userId] = sender = new Sender();
        }

        sender.Known.Add(signal);
        sender.Order.Enqueue((signal, now + Remembered));
        if (rung.Count > 0)
        {
            sender.Rings = sender.Rings.At(now, Minute).Add(RingsPerMinute);
            foreach (var to in rung)
            {
                _pairs[(userId, to)] = _pairs.GetValueOrDefault((userId, to)).At(now, Hour).Add(RingsPerHour);
            }

            MakeRoom(now);
        }

        return true;
    }

    /// <summary>Its grain leaves.</summary>
    public void Dispose()
    {
        _over = true;
        budget.Release(_held);
        _held = 0;
        _senders.Clear();
    }

    private void Forget()
    {
        var now = Now;
        foreach (var (userId, sender) in _senders)
        {
            while (sender.Order.TryPeek(out var oldest) && oldest.Until <= now)
            {
                sender.Order.Dequeue();
                sender.Known.Remove(oldest.Signal);
                _held -= EntryBytes;
                budget.Release(EntryBytes);
            }

            if (sender.Order.Count == 0 && sender.Rings.Ends <= now)
            {
                // Removing does not end an enumeration of a dictionary.
                _senders.Remove(userId);
            }
        }
    }

    private void MakeRoom(TimeSpan now)
    {
        if (_pairs.Count > MostPairs)
        {
            foreach (var (pair, _) in _pairs.OrderBy(pair => pair.Value.Ends).Take(Math.Max(_pairs.Count - MostPairs, _pairs.Values.Count(window => window.Ends <= now))).ToArray())
            {
                _pairs.Remove(pair);
            }
        }
    }

    private sealed class Sender
    {
        public HashSet<Guid> Known { get; } = [];

        public Queue<(Guid Signal, TimeSpan Until)> Order { get; } = [];

        public FixedWindow Rings { get; set; }
    }
}
