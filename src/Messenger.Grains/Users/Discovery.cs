using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Messenger.Grains.Fanout;
using Orleans;

namespace Messenger.Grains.Users;

/// <summary>What a user has spent on learning who is registered, as stored: a new activation does not give the budget anew.</summary>
[GenerateSerializer, Immutable]
internal sealed record DiscoveryBook
{
    /// <summary>Ids spent and not yet given back by time.</summary>
    [Id(0)]
    public double Spent { get; init; }

    /// <summary>When <see cref="Spent"/> was right, in milliseconds since the Unix epoch.</summary>
    [Id(1)]
    public long Since { get; init; }

    /// <summary>The ids asked for last, eight bytes of a hash each, oldest first. Asking for them again costs nothing.</summary>
    [Id(2)]
    public byte[] Known { get; init; } = [];
}

/// <summary>The rules of the budget, pure.</summary>
internal static class Discovery
{
    public const int Bytes = 8;

    private static readonly TimeSpan Over = TimeSpan.FromDays(1);

    /// <summary>Takes the new ones among these ids from the budget, all or none.</summary>
    /// <param name="most">New ids a day. As many are remembered as known.</param>
    /// <returns>The same book and the seconds to wait when they are too many; a book with them known, and 0, otherwise.</returns>
    public static (DiscoveryBook After, int Wait, int New) Spend(DiscoveryBook book, IEnumerable<string> ids, int most, long now)
    {
        var known = Keys(book.Known);
        var fresh = ids.Select(Key).Where(key => !known.Contains(key)).Distinct().ToArray();
        if (fresh.Length == 0)
        {
            return (book, 0, 0);
        }

        var perMillisecond = most / Over.TotalMilliseconds;
        var spent = Math.Max(0, book.Spent - (Math.Max(0, now - book.Since) * perMillisecond));
        if (spent + fresh.Length > most)
        {
            // More than a whole budget at once never fits: it is told the time in which the budget is whole again.
            var missing = Math.Min(spent, spent + fresh.Length - most);
            return (book, (int)Math.Max(1, Math.Ceiling(missing / perMillisecond / 1000)), fresh.Length);
        }

        var added = new byte[fresh.Length * Bytes];
        for (var at = 0; at < fresh.Length; at++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(added.AsSpan(at * Bytes), fresh[at]);
        }

        byte[] all = [.. book.Known, .. added];
        return (new DiscoveryBook { Spent = spent + fresh.Length, Since = now, Known = all[Math.Max(0, all.Length - (most * Bytes))..] }, 0, fresh.Length);
    }

    private static ulong Key(string id) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static HashSet<ulong> Keys(byte[] known)
    {
        var keys = new HashSet<ulong>(known.Length / Bytes);
        for (var at = 0; at + Bytes <= known.Length; at += Bytes)
        {
            keys.Add(BinaryPrimitives.ReadUInt64BigEndian(known.AsSpan(at)));
        }

        return keys;
    }
}
