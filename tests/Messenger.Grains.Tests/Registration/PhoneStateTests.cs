using Messenger.Grains.Registration;
using Xunit;

namespace Messenger.Grains.Tests.Registration;

public sealed class PhoneStateTests
{
    private static readonly RegistrationOptions Options = new();

    [Fact]
    public void The_oldest_pending_application_makes_room()
    {
        var phone = new PhoneState();
        for (var at = 0; at <= PhoneState.MostPending; at++)
        {
            phone = phone.With(Pending($"a{at}"));
        }

        Assert.Equal(PhoneState.MostPending, phone.Pending.Length);
        Assert.Null(phone.Of("a0"));
        Assert.NotNull(phone.Of($"a{PhoneState.MostPending}"));
    }

    [Fact]
    public void The_same_application_again_replaces_its_code() => Assert.Single(new PhoneState().With(Pending("a")).With(Pending("a")).Pending);

    [Fact]
    public void A_code_for_one_thing_opens_no_other()
    {
        var phone = new PhoneState().With(CodePurpose.UpdateKeys, Codes.Issue("123456", Options.CodeLifetime, 0));
        Assert.NotNull(phone.Of(CodePurpose.UpdateKeys));
        Assert.Null(phone.Of(CodePurpose.DeleteUser));
    }

    [Fact]
    public void What_is_over_is_pruned()
    {
        var phone = new PhoneState { Sent = [0, 1] }.With(Pending("a")).With(CodePurpose.DeleteUser, Codes.Issue("1", Options.CodeLifetime, 0));
        Assert.False(phone.Pruned(Options, 1).IsEmpty);
        Assert.True(phone.Pruned(Options, 3_600_001).IsEmpty);
    }

    [Theory]
    [InlineData(4, true, 0)]
    [InlineData(5, true, 3600)]
    [InlineData(50, false, 0)]
    public void A_phone_waits_when_it_was_sent_enough(int sent, bool limited, int seconds) =>
        Assert.Equal(seconds, new PhoneState { Sent = [.. Enumerable.Repeat(0L, sent)] }.Wait(new RegistrationOptions { LimitsEnabled = limited }, 0));

    private static PendingApplication Pending(string uuid) =>
        new(uuid, "android", null, null, null, 0, Codes.Issue("123456", Options.CodeLifetime, 0));
}
