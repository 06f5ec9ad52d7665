using CsCheck;
using Messenger.Grains.Devices;
using Xunit;

namespace Messenger.Grains.Tests.Devices;

/// <summary>Where a device was, as clients keep it.</summary>
public class CursorTests
{
    [Fact]
    public void A_cursor_is_read_as_it_was_written() => Gen.Select(Gen.Long, Gen.Long).Sample((epoch, number) =>
        Cursor.TryParse(Cursor.Format(epoch, number), out var readEpoch, out var readNumber) && (readEpoch, readNumber) == (epoch, number));

    [Fact]
    public void No_other_spelling_is_a_cursor() => Gen.Select(Gen.Long, Gen.Long, Gen.Int[0, 33], Gen.Char["0aA-+ \0g\u0660"]).Sample((epoch, number, at, extra) =>
    {
        var written = Cursor.Format(epoch, number);
        var other = written.Insert(Math.Min(at, written.Length), extra.ToString());

        // Where a digit more is another number, it is that one.
        return !Cursor.TryParse(other, out var readEpoch, out var readNumber) || ((readEpoch, readNumber) != (epoch, number) && "0a".Contains(extra));
    });
}
