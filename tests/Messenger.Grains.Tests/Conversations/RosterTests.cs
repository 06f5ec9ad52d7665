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

    private static MemberRow Row(string user, long position, bool admin = false, long? left = null) => new(user, admin, null, 1, left, position);
}
