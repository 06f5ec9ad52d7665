using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Messenger.Ports;

namespace Messenger.Grains.Users.Sync;

/// <summary>What a pass does next. The numbers are in tokens that phones keep.</summary>
internal enum SyncStage
{
    /// <summary>The pass is over: the next one begins at <see cref="SyncToken.Start"/>.</summary>
    Done = 0,

    /// <summary>What is not the user's any more, in the order of the conversations.</summary>
    Removed = 1,

    /// <summary>Who has other keys, another nick or avatar, by id.</summary>
    People = 2,

    /// <summary>What changed, in the order of the conversations.</summary>
    Changed = 3,

    /// <summary>Everything, the newest first.</summary>
    Newest = 4,

    /// <summary>What moved to the front while <see cref="Newest"/> went down the list, in the order of the conversations.</summary>
    Moved = 5,
}

/// <summary>Where a phone stands: opaque to it, bound to its person's life, to the store's epoch and to a position in the order of commits.</summary>
/// <remarks>
/// Orders by conversation never change, and what qualifies once qualifies until the pass is over: so a pass that goes once through that order misses
/// nothing, and ends however much changes meanwhile. Newest first is an order that changes, but a conversation only ever moves to the front: what a
/// pass misses for that reason has changed since it began, and is named by <see cref="SyncStage.Moved"/>.
/// </remarks>
/// <param name="Since">What changed at or after this position is in this pass; 0 where it tells everything.</param>
/// <param name="Start">The position when it began, and so the <paramref name="Since"/> of the next.</param>
/// <param name="Began">When it began, in milliseconds since the Unix epoch: only to tell whether the marks of removal reach back so far.</param>
/// <param name="Pass">Draws passes apart, for who has been named in which.</param>
/// <param name="Page">Pages before this one.</param>
/// <param name="At">The last conversation of the pages before, and when it was active.</param>
/// <param name="Person">The last person of the pages before.</param>
internal sealed record SyncToken(
    SyncStage Stage, long Since, long Start, long Began, long Pass, int Page, ActiveConversation At, string Person)
{
    private const byte Version = 1;
    private const int MarkBytes = 8;
    private const int FixedBytes = 1 + (3 * MarkBytes) + 1 + (4 * sizeof(long)) + sizeof(int) + sizeof(long) + 16;
    private const int SumBytes = 4;

    /// <summary>Of a pass that begins now.</summary>
    public static SyncToken Begin(long? since, long start, long now) => new(
        since is null ? SyncStage.Newest : SyncStage.Removed, since ?? 0, start, now, Random.Shared.NextInt64(), 0, Opening(since is null), "");

    /// <summary>Where a stage begins.</summary>
    public static ActiveConversation Opening(bool newest) => newest ? ActiveConversation.First : new ActiveConversation(Guid.Empty, 0);

    public string Write(string userId, long life, string epoch)
    {
        var person = Encoding.ASCII.GetBytes(Person);
        var bytes = new byte[FixedBytes + person.Length + SumBytes];
        var rest = bytes.AsSpan();
        rest[0] = Version;
        Mark(userId).CopyTo(rest[1..]);
        Mark(Life(life)).CopyTo(rest[(1 + MarkBytes)..]);
        Mark(epoch).CopyTo(rest[(1 + (2 * MarkBytes))..]);
        rest = rest[(1 + (3 * MarkBytes))..];
        rest[0] = (byte)Stage;
        rest = rest[1..];
        foreach (var number in new[] { Since, Start, Began, Pass })
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, number);
            rest = rest[sizeof(long)..];
        }

        BinaryPrimitives.WriteInt32BigEndian(rest, Page);
        BinaryPrimitives.WriteInt64BigEndian(rest[sizeof(int)..], At.At);
        At.Conversation.TryWriteBytes(rest[(sizeof(int) + sizeof(long))..]);
        person.CopyTo(rest[(sizeof(int) + sizeof(long) + 16)..]);
        Sum(bytes).CopyTo(bytes.AsSpan(bytes.Length - SumBytes));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads one; what <see cref="Write"/> never made, or made for somebody else, is none.</summary>
    /// <param name="stale">It is of another life or epoch: everything has to be told anew.</param>
    public static SyncToken? Read(string text, string userId, long life, string epoch, out bool stale)
    {
        stale = false;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length < FixedBytes + SumBytes)
        {
            return null;
        }

        bytes = bytes[..length];
        if (bytes[0] != Version || !Sum(bytes).AsSpan().SequenceEqual(bytes.AsSpan(length - SumBytes)) || !Mark(userId).AsSpan().SequenceEqual(bytes.AsSpan(1, MarkBytes)))
        {
            return null;
        }

        stale = !Mark(Life(life)).AsSpan().SequenceEqual(bytes.AsSpan(1 + MarkBytes, MarkBytes))
            || !Mark(epoch).AsSpan().SequenceEqual(bytes.AsSpan(1 + (2 * MarkBytes), MarkBytes));
        ReadOnlySpan<byte> rest = bytes.AsSpan(1 + (3 * MarkBytes), length - 1 - (3 * MarkBytes) - SumBytes);
        var stage = (SyncStage)rest[0];
        rest = rest[1..];
        var numbers = new long[4];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadInt64BigEndian(rest);
            rest = rest[sizeof(long)..];
        }

        return new SyncToken(
            stage, numbers[0], numbers[1], numbers[2], numbers[3], BinaryPrimitives.ReadInt32BigEndian(rest),
            new ActiveConversation(new Guid(rest.Slice(sizeof(int) + sizeof(long), 16)), BinaryPrimitives.ReadInt64BigEndian(rest[sizeof(int)..])),
            Encoding.ASCII.GetString(rest[(sizeof(int) + sizeof(long) + 16)..]));
    }

    private static string Life(long life) => life.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Enough that nobody meets another's by chance: whoever makes one up reads what is theirs anyway.</summary>
    private static byte[] Mark(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text))[..MarkBytes];

    private static byte[] Sum(byte[] bytes) => SHA256.HashData(bytes.AsSpan(0, bytes.Length - SumBytes))[..SumBytes];
}
