using Messenger.Contracts;

namespace Messenger.Grains.Devices;

/// <summary>
/// A device's last notifications, numbered from 1 in each epoch. Pure: no clock, no grain. Bounded by count, bytes and age, the oldest go first.
/// </summary>
/// <remarks>
/// Promise: whoever has (epoch, n) and is given what <see cref="After"/> says has every notification of that epoch up to <see cref="Number"/>,
/// each once, in order. Where that cannot be promised, nothing is given.
/// </remarks>
internal sealed class Inbox(InboxBounds bounds, long epoch)
{
    /// <summary>What a notification weighs besides its payload: objects, number, time.</summary>
    private const int Overhead = 128;

    private readonly Queue<InboxEntry> _ring = new();
    private long _bytes;

    /// <summary>When the first of what is kept expires.</summary>
    private long _expires = long.MaxValue;

    /// <summary>Never negative, random: an epoch that was guessed right by chance is none.</summary>
    public long Epoch { get; private set; } = epoch;

    /// <summary>The number of the newest notification; 0 before the first.</summary>
    public long Number { get; private set; }

    /// <summary>How many are kept.</summary>
    public int Count => _ring.Count;

    /// <summary>What is kept, oldest first; the last one has <see cref="Number"/>.</summary>
    public IEnumerable<InboxEntry> Kept => _ring;

    /// <summary>Numbers a notification and keeps it, at the cost of the oldest.</summary>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    public long Append(SerializedNotification notification, long now)
    {
        _ring.Enqueue(new InboxEntry(notification, now));
        _bytes += Weight(notification);
        _expires = Math.Min(_expires, notification.Expires ?? long.MaxValue);
        Number++;
        Trim(now);
        return Number;
    }

    /// <summary>What follows a number; null when this inbox cannot vouch for that any more.</summary>
    public SerializedNotification[]? After(long number)
    {
        var missing = Number - number;
        if (missing < 0 || missing > _ring.Count)
        {
            return null;
        }

        return _ring.Skip(_ring.Count - (int)missing).Select(entry => entry.Notice).ToArray();
    }

    /// <summary>Where a connection that comes with this cursor goes on.</summary>
    /// <param name="cursor">Null: the client has nothing, misses nothing, and starts here.</param>
    public Resumption Resume(string? cursor)
    {
        if (cursor is null)
        {
            return new Resumption(Number, [], false);
        }

        return Cursor.TryParse(cursor, out var place) && place.Epoch == Epoch && After(place.Number) is { } missed
            ? new Resumption(place.Number, missed, false)
            : new Resumption(Number, [], true);
    }

    /// <summary>Continuity is lost: forgets everything, and every cursor given out before resynchronises.</summary>
    public void StartEpoch(long next)
    {
        _ring.Clear();
        _bytes = 0;
        Number = 0;
        Epoch = next;
    }

    /// <summary>What it says of messages that have expired by now is gone: they keep their numbers.</summary>
    public void Expire(long now)
    {
        if (now < _expires)
        {
            return;
        }

        _expires = long.MaxValue;
        for (var left = _ring.Count; left > 0; left--)
        {
            var entry = _ring.Dequeue();
            _bytes -= Weight(entry.Notice);
            entry = entry with { Notice = entry.Notice.At(now) };
            _bytes += Weight(entry.Notice);
            _expires = Math.Min(_expires, entry.Notice.Expires ?? long.MaxValue);
            _ring.Enqueue(entry);
        }
    }

    /// <summary>Drops what exceeds the bounds, and what has expired. The newest notification stays even if it alone exceeds the bytes.</summary>
    public void Trim(long now)
    {
        Expire(now);
        while (_ring.TryPeek(out var oldest)
            && (_ring.Count > bounds.Count || (_bytes > bounds.Bytes && _ring.Count > 1) || now - oldest.At > bounds.Age.TotalMilliseconds))
        {
            _ring.Dequeue();
            _bytes -= Weight(oldest.Notice);
        }
    }

    /// <summary>All of it, for an activation elsewhere.</summary>
    public InboxSnapshot Snapshot() => new(Epoch, Number, [.. _ring]);

    public static Inbox Restore(InboxBounds bounds, InboxSnapshot snapshot)
    {
        var inbox = new Inbox(bounds, snapshot.Epoch) { Number = snapshot.Number };
        foreach (var entry in snapshot.Kept)
        {
            inbox._ring.Enqueue(entry);
            inbox._bytes += Weight(entry.Notice);
            inbox._expires = Math.Min(inbox._expires, entry.Notice.Expires ?? long.MaxValue);
        }

        return inbox;
    }

    private static long Weight(SerializedNotification notification) => notification.Payload.Length + (notification.Additions?.Sum(addition => addition.Json.Length + Overhead) ?? 0) + Overhead;
}

/// <summary>How much an inbox keeps.</summary>
/// <param name="Count">A phone in a tunnel, not a night offline: past this a resynchronisation is cheaper for both sides.</param>
/// <param name="Bytes">Payload bytes with overhead; what a device can cost a silo at most.</param>
/// <param name="Age">What is older was very probably missed by a client that is gone.</param>
internal sealed record InboxBounds(int Count, long Bytes, TimeSpan Age)
{
    public static readonly InboxBounds Default = new(512, 256 * 1024, TimeSpan.FromMinutes(10));
}

/// <summary>A notification and when it came, in milliseconds since the Unix epoch.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct InboxEntry(SerializedNotification Notice, long At);

/// <summary>An inbox on its way to another activation.</summary>
[GenerateSerializer, Immutable]
internal sealed record InboxSnapshot(long Epoch, long Number, InboxEntry[] Kept);

/// <summary>The outcome of <see cref="Inbox.Resume"/>.</summary>
/// <param name="Number">The number before the first of <paramref name="Missed"/>.</param>
/// <param name="Resync">A cursor was given and cannot be continued.</param>
/// <param name="Superseded">Nothing happened: a later try of the same run of the client is connected.</param>
internal readonly record struct Resumption(long Number, SerializedNotification[] Missed, bool Resync, bool Superseded = false);
