using Messenger.Grains.Views;
using Messenger.Ports;
using Xunit;

namespace Messenger.Grains.Tests.Conversations;

public class RosterTests
{
    [Fact]
    public void The_longest_standing_member_inherits_when_the_last_admin_goes()
    {
        var roster = new Roster([Row("admin", 0, admin: true), Row("second", 2), Row("first", 1), Row("gone", 0, left: 3)]);
        Assert.Equal("first", roster.HeirOf("admin")!.UserId);
    }

    [Fact]
    public void Nobody_inherits_while_another_admin_stays()
    {
        var roster = new Roster([Row("admin", 0, admin: true), Row("other", 2, admin: true), Row("first", 1)]);
        Assert.Null(roster.HeirOf("admin"));
    }

    [Fact]
    public void Who_left_is_no_member_and_is_remembered()
    {
        var roster = new Roster([Row("a", 0)]);
        roster.Put(Row("a", 0, left: 9));
        Assert.Null(roster.Member("a"));
        Assert.NotNull(roster.Ever("a"));
        Assert.Empty(roster.Present);
    }

    [Fact]
    public void Nobody_inherits_where_nobody_is_left() => Assert.Null(new Roster([Row("admin", 0, admin: true), Row("gone", 1, left: 3)]).HeirOf("admin"));

    [Fact]
    public void Who_joins_comes_behind_everybody_who_ever_was_there()
    {
        Assert.Equal(0, new Roster([]).NextPosition);
        Assert.Equal(8, new Roster([Row("a", 2), Row("gone", 7, left: 3), Row("b", 0)]).NextPosition);
    }

    [Fact]
    public void Each_who_joins_stands_last_among_those_who_are_there()
    {
        var roster = new Roster([Row("b", 1), Row("a", 0)]);
        Assert.Equal(["a", "b"], roster.Present.Select(one => one.UserId));
        roster.Put(Row("c", roster.NextPosition));
        roster.Put(Row("b", 1, left: 3));
        roster.Put(Row("d", roster.NextPosition));
        Assert.Equal(["a", "c", "d"], roster.Present.Select(one => one.UserId));
        Assert.Equal(["a", "c", "d"], roster.At(100).Select(one => one.UserId));
        roster.Put(Row("b", roster.NextPosition));
        Assert.Equal(["a", "c", "d", "b"], roster.Present.Select(one => one.UserId));
        Assert.Equal(5, roster.NextPosition);
    }

    [Fact]
    public void An_admin_who_left_is_none()
    {
        var roster = new Roster([Row("admin", 0, admin: true), Row("member", 1), Row("gone", 2, admin: true, left: 3)]);
        Assert.Equal([true, false, false, false], new[] { "admin", "member", "gone", "stranger" }.Select(roster.IsAdmin));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void Who_left_was_there_from_the_first_to_the_last(long sequence, bool there) => Assert.Equal(there, Row("a", 0, left: 5).Sees(sequence));

    [Fact]
    public void Who_comes_back_sees_both_stays_and_nothing_between()
    {
        var back = Row("a", 0, left: 5).Back(9, admin: false, position: 3)!;
        Assert.Equal([new SequenceRange(1, 5), new SequenceRange(9, long.MaxValue)], back.Stays);
        Assert.Equal([true, false, false, true], new long[] { 5, 6, 8, 9 }.Select(back.Sees));
        var again = (back with { LeftAt = 12 }).Back(13, admin: false, position: 4)!;
        Assert.Equal("1-5,9-12", again.Earlier.Text);
    }

    [Fact]
    public void Who_came_and_went_too_often_does_not_come_back()
    {
        var row = Row("a", 0, left: 1);
        for (var stay = 1; stay < MemberRow.MaxStays; stay++)
        {
            row = row.Back(3 * stay, admin: false, position: stay)! with { LeftAt = 3 * stay };
        }

        Assert.Null(row.Back(9999, admin: false, position: 0));
        Assert.Null(row.WithoutAccount().Back(9999, admin: false, position: 0));
    }

    [Fact]
    public void Who_has_the_number_next_was_not_there_and_counts_as_somebody_who_was()
    {
        var row = (Row("a", 0, left: 5).Back(9, admin: true, position: 3)! with { LeftAt = 12, Nick = "n" }).WithoutAccount();
        Assert.Empty(row.Stays);
        Assert.Null(new Roster([row]).Reader("a"));
        Assert.Null(row.Nick);
        Assert.Equal([false, false], new long[] { 5, 9 }.Select(row.Sees));
        Assert.Equal([true, false, true, false], new long[] { 5, 6, 9, 13 }.Select(row.WasThere));
        var next = row.Back(20, admin: false, position: 4)!;
        Assert.Equal([new SequenceRange(20, long.MaxValue)], next.Stays);
        Assert.True(next.WasThere(5));
    }

    /// <summary>The same people whenever it is asked: who came and went since changes nothing.</summary>
    [Fact]
    public void A_message_is_for_who_was_there_when_it_took_its_sequence()
    {
        var roster = new Roster([Row("a", 0), Row("b", 1)]);
        Assert.Equal(["a", "b"], roster.At(7).Select(member => member.UserId));
        roster.Put(Row("b", 1, left: 8));
        roster.Put(new("c", false, null, 9, null, 2));
        Assert.Equal(["a", "b"], roster.At(7).Select(member => member.UserId));
        Assert.Equal(["a", "b"], roster.At(8).Select(member => member.UserId));
        Assert.Equal(["a", "c"], roster.At(9).Select(member => member.UserId));
    }

    [Theory]
    [InlineData(4, null, "nick")]
    [InlineData(4, 5L, "nick")]
    [InlineData(4, 3L, null)]
    [InlineData(2, null, null)]
    public void A_nick_is_seen_by_who_was_there_when_it_was_set_and_not_beside_an_earlier_owners_words(long sequence, long? left, string? seen)
    {
        var author = new MemberRow("a", false, "nick", 4, null, 0) { NickSince = 5, Ended = new IntervalText("1-2") };
        Assert.Equal(seen, Roster.Nick(author, sequence, Row("b", 1, left: left)));
    }

    private static MemberRow Row(string user, long position, bool admin = false, long? left = null) => new(user, admin, null, 1, left, position);
}
