using Messenger.Grains.Conversations;
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
    public void Who_left_was_there_from_the_first_to_the_last(long sequence, bool there) => Assert.Equal(there, Roster.Covers(Row("a", 0, left: 5), sequence));

    private static MemberRow Row(string user, long position, bool admin = false, long? left = null) => new(user, admin, null, 1, left, position);
}
