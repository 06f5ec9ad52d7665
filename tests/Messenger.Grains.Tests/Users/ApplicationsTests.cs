using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Grains.Users;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

public sealed class ApplicationsTests
{
    private static readonly CredentialSeal Seal = new([new byte[CredentialSeal.KeyBytes]]);

    private static string Name(string uuid) => ApplicationNames.Of(uuid);

    private static ApplicationInfo Info(string uuid, long now = 0) => new(uuid, null, "android", true, now, "user", null, now, false, null, null, null);

    private static Application[] Confirmed(int count) =>
        Enumerable.Range(0, count).Aggregate(Array.Empty<Application>(), (all, at) => Applications.Confirm(all, Info($"a{at}", now: at), "name", 0, Seal));

    [Theory]
    [InlineData("a1", true)]
    [InlineData("A1", false)]
    [InlineData("a", false)]
    [InlineData("a11", false)]
    [InlineData("", false)]
    public void A_uuid_matches_as_a_whole_and_in_its_case(string uuid, bool found) =>
        Assert.Equal(found, Applications.Match(Confirmed(3), uuid) is not null);

    [Fact]
    public void Confirming_again_changes_nothing()
    {
        var applications = Confirmed(3);
        Assert.Same(applications, Applications.Confirm(applications, Info("a1", now: 77), "name", 0, Seal));
    }

    [Fact]
    public void Confirming_again_on_a_newer_system_keeps_the_token()
    {
        var applications = Applications.WithTokens(Confirmed(2), Name("a0"), "token", null);
        var renewed = Applications.Confirm(applications, Info("a0", now: 77) with { OsVersion = "SDK 35" }, "name", 0, Seal)[0];
        Assert.Equal(("token", "SDK 35", 0), (renewed.DeviceToken, renewed.OsVersion, renewed.Created));
    }

    [Fact]
    public void A_token_and_a_seal_are_one_applications()
    {
        Assert.Equal([null, "token"], Applications.WithTokens(Confirmed(2), Name("a1"), "token", null).Select(application => application.DeviceToken));
        var before = Confirmed(2);
        var after = Applications.Sealed(before, "user", "a1", Seal);
        Assert.Same(before[0], after[0]);
        Assert.NotSame(before[1].Credential, after[1].Credential);
        Assert.Same(after[1], Applications.Match(after, "a1"));
    }

    [Theory]
    [InlineData("token", null, null)]
    [InlineData("voip", "token", null)]
    [InlineData("another", "token", "voip")]
    public void A_token_that_is_lost_takes_that_of_calls_with_it_and_not_the_other_way_round(string lost, string? token, string? voip)
    {
        var applications = Applications.WithTokens(Confirmed(2), Name("a1"), "token", "voip");

        var left = Applications.WithoutToken(applications, Name("a1"), lost);

        Assert.Equal((token, voip), (left[1].DeviceToken, left[1].VoipToken));
        Assert.Same(applications[0], left[0]);
        Assert.Equal(token is null ? null : new PushTarget("android", "token", 5) { Voip = voip }, left[1].Target(5));
    }

    [Fact]
    public void A_cooling_one_makes_room_then_one_that_nobody_used_for_a_year_and_no_other()
    {
        var now = (long)TimeSpan.FromDays(366).TotalMilliseconds;
        var options = new UserOptions();
        long Connected(Application application) => application.LastLogin;
        var applications = Applications.WithLogins(Confirmed(Applications.MaxApplications), Enumerable.Range(2, Applications.MaxApplications - 2).ToDictionary(at => Name($"a{at}"), _ => now));
        Assert.Equal(Name("a0"), Vouching.Evicted(applications, Connected, options, now)?.Name);
        Assert.Null(Vouching.Evicted(applications[2..], Connected, options, now));
        applications[7] = applications[7] with { CoolingUntil = now + 1 };
        Assert.Equal(Name("a7"), Vouching.Evicted(applications, Connected, options, now)?.Name);
    }

    [Fact]
    public void An_older_login_does_not_replace_a_newer_one() =>
        Assert.Equal(2, Applications.WithLogins(Confirmed(3), new Dictionary<string, long> { [Name("a2")] = 1 })[2].LastLogin);
}
