using Messenger.Contracts;
using Messenger.Grains.Registration;
using Messenger.Grains.State;
using Xunit;

namespace Messenger.Grains.Tests.Registration;

public sealed class PhoneStateTests
{
    private static readonly RegistrationOptions Options = new();

    [Fact]
    public void The_oldest_pending_application_makes_room()
    {
        var phone = new PhoneState();
        for (var at = 0; at <= PhoneState.MaxPending; at++)
        {
            phone = phone.With(Pending($"a{at}"));
        }

        Assert.Equal(PhoneState.MaxPending, phone.Pending.Length);
        Assert.Null(phone.Of("a0"));
        Assert.NotNull(phone.Of($"a{PhoneState.MaxPending}"));
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
        Assert.Equal(seconds, new PhoneState { Sent = [.. Enumerable.Repeat(0L, sent)] }.Wait(CodePurpose.Registration, new RegistrationOptions { LimitsEnabled = limited }, 0));

    [Fact]
    public void A_phone_waits_from_the_oldest_that_counts() =>
        Assert.Equal(3599, new PhoneState { Sent = [0, 1000, 2000, 2000, 2000, 2000] }.Wait(CodePurpose.Registration, Options, 2000));

    [Fact]
    public void A_new_code_is_for_its_application_alone()
    {
        var phone = new PhoneState().With(Pending("a")).With(Pending("b"));
        var code = Codes.Issue("654321", Options.CodeLifetime, 1);
        var after = phone.With("b", code);
        Assert.Equal((phone.Pending[0], code), (after.Pending[0], after.Pending[1].Code));
    }

    [Fact]
    public void Codes_end_with_their_time_and_not_before()
    {
        var code = Codes.Issue("1", Options.CodeLifetime, 0);
        var phone = new PhoneState().With(Pending("a")).With(CodePurpose.UpdateKeys, code).With(CodePurpose.DeleteUser, code);
        var before = phone.Pruned(Options, 599_999);
        Assert.Equal((1, code, code), (before.Pending.Length, before.UpdateKeys, before.DeleteUser));
        Assert.True(phone.Pruned(Options, 600_000).IsEmpty);
    }

    [Fact]
    public void Whatever_is_kept_of_a_phone_makes_it_kept()
    {
        var code = Codes.Issue("1", Options.CodeLifetime, 0);
        Assert.True(new PhoneState().IsEmpty);
        Assert.All(
            [
                new PhoneState().With(Pending("a")), new PhoneState { UpdateKeys = code }, new PhoneState { DeleteUser = code },
                new PhoneState { Sent = [1] }, new PhoneState { Wrong = [1] }, new PhoneState { OwnSent = [1] }, new PhoneState { OwnWrong = [1] },
            ],
            phone => Assert.False(phone.IsEmpty));
    }

    [Fact]
    public void What_was_sent_and_guessed_counts_for_its_time_and_not_longer()
    {
        var phone = new PhoneState { Sent = [1], Wrong = [1] };
        Assert.Equal((1, 1), Counts(phone.Pruned(Options, 3_600_000)));
        Assert.Equal((0, 1), Counts(phone.Pruned(Options, 3_600_001)));
        Assert.Equal((0, 1), Counts(phone.Pruned(Options, 86_400_000)));
        Assert.Equal((0, 0), Counts(phone.Pruned(Options, 86_400_001)));
        Assert.Equal([1, 86_400_000], phone.Guessed(CodePurpose.Registration, 86_400_000).Wrong);
        Assert.Equal([86_400_001], phone.Guessed(CodePurpose.Registration, 86_400_001).Wrong);

        static (int, int) Counts(PhoneState phone) => (phone.Sent.Length, phone.Wrong.Length);
    }

    [Theory]
    [InlineData(2, true, 3000, 0)]
    [InlineData(3, true, 3000, 86_398)]
    [InlineData(4, true, 4000, 86_398)]
    [InlineData(3, true, 86_400_999, 1)]
    [InlineData(3, true, 86_401_000, 0)]
    [InlineData(3, false, 3000, 0)]
    public void A_phone_that_was_guessed_wrong_enough_is_left_alone_for_a_day(int guesses, bool limited, long now, int seconds)
    {
        var phone = Enumerable.Range(1, guesses).Aggregate(new PhoneState(), (state, at) => state.Guessed(CodePurpose.Registration, at * 1000));
        Assert.Equal(seconds, phone.WaitToGuess(CodePurpose.Registration, new RegistrationOptions { LimitsEnabled = limited, WrongCodesPerDay = 3 }, now));
    }

    [Fact]
    public void An_application_is_known_by_its_credential()
    {
        var pending = Pending("old") with { Uuid = null, Credential = Credential.Of("user", "new", new CredentialSeal([new byte[CredentialSeal.KeyBytes]])) };
        Assert.Same(pending, new PhoneState().With(pending).Of("new"));
        Assert.False(pending.Info("user", "new", confirmed: true, lastLogin: 0).Online);
    }

    private static PendingApplication Pending(string uuid) =>
        new(uuid, "android", null, null, null, 0, Codes.Issue("123456", Options.CodeLifetime, 0));
}
