using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Messenger.Contracts;
using Messenger.Delivery.Fixture;
using Messenger.Grains.Devices;
using Xunit;

namespace Messenger.Grains.Tests.Devices;

/// <summary>Cursors come from clients: any text may.</summary>
public partial class CursorTests
{
    private const int Runs = 20_000;

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Char["0123456789abcdefABCDEF-+ xg\0\u0661"].Array[0, 40].Select(chars => new string(chars)),
        Gen.Select(Gen.Long, Gen.Long, Gen.Int[0, 40], Gen.Char["09afAFg-+ \0\u0661"]).Select(Damaged),
        Gen.String);

    [Fact]
    public void What_was_given_out_is_read_as_it_was() => Gen.Select(Gen.Long, Gen.Long).Sample(
        (epoch, number) =>
        {
            var cursor = new Cursor(epoch, number);
            Assert.True(Cursor.TryParse(cursor.ToString(), out var read));
            Assert.Equal(cursor, read);
        },
        iter: Runs);

    [Fact]
    public void It_is_written_to_a_frame_as_it_is_given_as_a_text() => Gen.Select(Gen.Long, Gen.Long).Sample(
        (epoch, number) =>
        {
            var cursor = new Cursor(epoch, number);
            Span<byte> written = stackalloc byte[Cursor.MaxLength];
            Assert.Equal(cursor.ToString(), Encoding.ASCII.GetString(written[..cursor.Write(written)]));
        },
        iter: Runs);

    [Fact]
    public void None_is_no_cursor() => Assert.False(Cursor.TryParse(null, out _));

    [Fact]
    public void Any_other_text_is_no_cursor() => Texts.Sample(
        text => Assert.Equal(Canonical().IsMatch(text), Cursor.TryParse(text, out _)), iter: Runs);

    /// <summary>Of what a client may say it has, an inbox goes on from nothing but what it gave out and still holds.</summary>
    [Fact]
    public void An_inbox_goes_on_from_its_own_cursors_alone()
    {
        const int Given = 12;
        var inbox = new Inbox(new InboxBounds(8, 1 << 20, TimeSpan.FromDays(1)), epoch: 0xa1);
        for (var at = 1; at <= Given; at++)
        {
            inbox.Append(TestNotifications.Of(at), now: at);
        }

        var own = Enumerable.Range(Given - inbox.Count, inbox.Count + 1).ToDictionary(number => new Cursor(0xa1, number).ToString());
        var near = Gen.Select(Gen.OneOf(Gen.Const(0xa1L), Gen.Long), Gen.OneOf(Gen.Long[-5, 20], Gen.Long)).Select((epoch, number) => new Cursor(epoch, number).ToString());
        Gen.OneOf(near, Texts, Gen.OneOf(own.Keys.ToArray())).Sample(
            cursor =>
            {
                var resumption = inbox.Resume(cursor);
                Assert.Equal(!own.TryGetValue(cursor, out var number), resumption.Resync);
                Assert.Equal(resumption.Resync ? [] : Enumerable.Range(number + 1, Given - number), resumption.Missed.Select(TestNotifications.Index));
            },
            iter: Runs);
    }

    private static string Damaged(long epoch, long number, int at, char with)
    {
        var cursor = new Cursor(epoch, number).ToString();
        return cursor[..(at % cursor.Length)] + with + cursor[((at % cursor.Length) + 1)..];
    }

    [GeneratedRegex(@"\A(0|[1-9a-f][0-9a-f]{0,15})-(0|[1-9a-f][0-9a-f]{0,15})\z")]
    private static partial Regex Canonical();
}
