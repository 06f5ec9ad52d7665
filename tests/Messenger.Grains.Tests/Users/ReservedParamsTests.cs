using Messenger.Grains.Users;
using Messenger.Ports;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>What the server reads among the parameters.</summary>
public sealed class ReservedParamsTests
{
    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, "false", false)]
    [InlineData(null, "FALSE", false)]
    [InlineData(null, "anything", true)]
    [InlineData("true", "false", true)]
    [InlineData("false", "true", false)]
    [InlineData("false", null, false)]
    public void The_newer_name_counts_where_it_was_set(string? newer, string? earlier, bool discoverable) =>
        Assert.Equal(discoverable, ReservedParams.Discoverable(name => name == "privacy.discoverable" ? newer : name == "discoverable" ? earlier : null));

    [Theory]
    [InlineData(null, LastSeen.Everyone)]
    [InlineData("everyone", LastSeen.Everyone)]
    [InlineData("contacts", LastSeen.Contacts)]
    [InlineData("nobody", LastSeen.Nobody)]
    public void Last_seen_is_for_everyone_where_nothing_is_set(string? value, LastSeen wish) =>
        Assert.Equal(wish, ReservedParams.LastSeen(name => name == "privacy.lastSeen" ? value : null));

    [Theory]
    [InlineData("privacy.lastSeen", "everyone", true)]
    [InlineData("privacy.lastSeen", "Nobody", false)]
    [InlineData("privacy.discoverable", "true", true)]
    [InlineData("privacy.discoverable", "no", false)]
    [InlineData("privacy.other", "true", false)]
    [InlineData("private", "anything", true)]
    public void Another_name_or_value_of_the_servers_is_refused(string name, string value, bool taken) =>
        Assert.Equal(taken, new UpdateParam(name, value).Fault() is null);

    [Fact]
    public void What_is_not_shown_is_as_it_was_on_the_first_day()
    {
        var row = Profiles.New("somebody", now: 5) with { LastLogin = 7, KeysUpdated = 8 };
        var hidden = Profiles.Of("somebody", row, "another", blocked: false, shows: false, now: 9);
        Assert.Equal((5, 5, 5), (hidden.Created, hidden.LastLogin, hidden.KeysUpdated));
        var shown = Profiles.Of("somebody", row, "another", blocked: false, shows: true, now: 9);
        Assert.Equal((5, 7, 8), (shown.Created, shown.LastLogin, shown.KeysUpdated));
        var own = Profiles.Of("somebody", row, "somebody", blocked: false, shows: false, now: 9);
        Assert.Equal((7, 8), (own.LastLogin, own.KeysUpdated));
    }
}
