using System.Text;

namespace Messenger.Monitoring.Tests.Cluster;

/// <summary>A protobuf message taken apart without its schema: enough to read what OTLP carries.</summary>
internal readonly struct Protobuf(ReadOnlyMemory<byte> bytes)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    public string Text => Encoding.UTF8.GetString(bytes.Span);

    public string Hex => Convert.ToHexStringLower(bytes.Span);

    /// <summary>The messages, texts or bytes of a field.</summary>
    public IEnumerable<Protobuf> All(int field)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var tag = Number(ref at);
            var size = (int)(tag & 7) switch
            {
                Varint => Skip(at),
                Fixed64 => 8,
                Delimited => (int)Number(ref at),
                Fixed32 => 4,
                var type => throw new InvalidDataException($"wire type {type}"),
            };
            if (tag >> 3 == (ulong)field && (tag & 7) == Delimited)
            {
                yield return new Protobuf(bytes.Slice(at, size));
            }

            at += size;
        }
    }

    /// <summary>The first of a field; empty where there is none.</summary>
    public Protobuf One(int field) => All(field).FirstOrDefault();

    private int Skip(int at)
    {
        var from = at;
        Number(ref at);
        return at - from;
    }

    private ulong Number(ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes.Span[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
