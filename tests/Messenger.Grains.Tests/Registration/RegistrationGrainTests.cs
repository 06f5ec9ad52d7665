using Messenger.Contracts;
using Messenger.Grains.Tests.Users;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Registration;

[Collection(UserTests.Name)]
public sealed class RegistrationGrainTests(UserSilo house)
{
    private static RequestRegisterApplication Asks(Person person, string uuid = "phone", string? token = null) =>
        new(token, "android", "SM-A336B", person.Phone, "SDK 34", person.UserId, uuid, "samsung");

    private static async Task<Result> Confirms(Person person, string code, string uuid = "phone") =>
        await person.Registration.Confirm(new RequestConfirmRegistration(code, person.UserId, uuid));

    private static string Wrong(string code) => code[..^1] + (code[^1] == '0' ? '1' : '0');

    [Fact]
    public async Task The_code_of_the_SMS_confirms_the_application()
    {
        var person = house.Stranger();
        Assert.Equal(Result.Ok, await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown));
        Assert.Null(await house.Silo.Users.Find(person.UserId));
        Assert.Equal(Result.Ok, await Confirms(person, person.LastCode));
        Assert.NotNull(await house.Silo.Users.Find(person.UserId));
        Assert.Equal(new Caller(person.UserId, ApplicationNames.Of("phone")), (await person.Grain.Authenticate("phone")).Value);
    }

    [Fact]
    public async Task The_SMS_ends_with_the_token_of_Android()
    {
        var person = house.Stranger();
        await person.Registration.Register(Asks(person, token: "p1VSyoHQY8a"), RegistrationOrigin.Unknown);
        Assert.EndsWith("\np1VSyoHQY8a", house.Silo.Sms.Sent[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_that_is_none_is_refused_and_sent_nothing()
    {
        var person = house.Stranger();
        var sent = house.Silo.Sms.Sent.Count;
        Assert.Equal(Statuses.BadRequest, (await person.Registration.Register(Asks(person) with { OpenUserId = "0035799" }, RegistrationOrigin.Unknown)).Error?.Status);
        Assert.Equal(Statuses.BadRequest, (await person.Registration.Register(Asks(person) with { OpenUserId = house.Stranger().Phone }, RegistrationOrigin.Unknown)).Error?.Status);
        Assert.Equal(Statuses.BadRequest, (await person.Registration.Register(Asks(person) with { UserId = house.Stranger().UserId }, RegistrationOrigin.Unknown)).Error?.Status);
        Assert.Equal(sent, house.Silo.Sms.Sent.Count);
    }

    [Fact]
    public async Task The_answer_does_not_tell_who_is_registered()
    {
        var (known, unknown) = (await house.Person(), house.Stranger());
        Assert.Equal(await known.Registration.Register(Asks(known), RegistrationOrigin.Unknown), await unknown.Registration.Register(Asks(unknown), RegistrationOrigin.Unknown));
        Assert.Equal(await Confirms(known, Wrong(known.LastCode)), await Confirms(unknown, Wrong(unknown.LastCode)));
        Assert.Equal(await Confirms(known, "1", "another"), await Confirms(unknown, "1", "another"));
    }

    [Fact]
    public async Task Five_wrong_tries_void_the_code_across_activations()
    {
        var person = house.Stranger();
        await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown);
        for (var tried = 0; tried < 5; tried++)
        {
            Assert.Equal(Statuses.Forbidden, (await Confirms(person, Wrong(person.LastCode))).Error?.Status);
            await house.Silo.Deactivate(person.Registration);
        }

        Assert.Equal(Statuses.Forbidden, (await Confirms(person, person.LastCode)).Error?.Status);
        await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown);
        Assert.Equal(Result.Ok, await Confirms(person, person.LastCode));
    }

    [Fact]
    public async Task Guessing_ends_after_fifty_wrong_codes_a_day_even_when_no_SMS_goes_out()
    {
        var person = house.Stranger();
        var (guesses, refused) = (0, 0);
        house.Silo.Sms.Refuses = true;
        try
        {
            // A provider that is away does not count a code as sent: it must not give guesses for nothing either.
            for (var round = 0; round < 15; round++)
            {
                await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown);
                for (var tried = 0; tried < 5; tried++)
                {
                    var status = (await Confirms(person, "x")).Error?.Status;
                    guesses += status == Statuses.Forbidden ? 1 : 0;
                    refused += status == Statuses.TooManyRequests ? 1 : 0;
                }

                await house.Silo.Deactivate(person.Registration);
            }
        }
        finally
        {
            house.Silo.Sms.Refuses = false;
        }

        Assert.Equal((50, 25), (guesses, refused));
        house.Silo.Clock.Advance(TimeSpan.FromDays(1));
        await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown);
        Assert.Equal(Result.Ok, await Confirms(person, person.LastCode));
    }

    [Fact]
    public async Task A_quota_is_the_clusters_and_outlives_its_activation()
    {
        var quota = house.Silo.Grains.GetGrain<Messenger.Contracts.IQuotaGrain>("test");
        Assert.Equal(0, await quota.Take(2, TimeSpan.FromMinutes(1)));
        await house.Silo.Deactivate(quota);
        Assert.Equal(0, await quota.Take(2, TimeSpan.FromMinutes(1)));
        Assert.Equal(60, await quota.Take(2, TimeSpan.FromMinutes(1)));
        house.Silo.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, await quota.Take(2, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_code_expires()
    {
        var person = house.Stranger();
        await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown);
        house.Silo.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Statuses.Forbidden, (await Confirms(person, person.LastCode)).Error?.Status);
    }

    [Fact]
    public async Task Each_pending_application_has_a_code_of_its_own()
    {
        var person = house.Stranger();
        await person.Registration.Register(Asks(person, "one"), RegistrationOrigin.Unknown);
        var first = person.LastCode;
        await person.Registration.Register(Asks(person, "two"), RegistrationOrigin.Unknown);
        var pending = await person.Registration.Pending();
        Assert.Equal([22, 22], pending.Select(application => application.Uuid.Length));
        Assert.All(pending, application => Assert.False(application.Confirmed));
        Assert.Equal(Result.Ok, await Confirms(person, first, "one"));
        Assert.Equal(Result.Ok, await Confirms(person, person.LastCode, "two"));
        Assert.Empty(await person.Registration.Pending());
    }

    [Fact]
    public async Task A_confirmation_can_be_repeated_and_brings_nothing_back()
    {
        var person = house.Stranger();
        await person.Registration.Register(Asks(person, "one"), RegistrationOrigin.Unknown);
        var first = person.LastCode;
        await Confirms(person, first, "one");
        await person.Confirm("two");
        Assert.Equal(Result.Ok, await Confirms(person, first, "one"));
        await person.Grain.DeleteApplication(person.As("two"), new RequestDeleteApplication(await person.Called("one")));
        Assert.Equal(Result.Ok, await Confirms(person, first, "one"));
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate("one")).Error?.Status);
    }

    [Fact]
    public async Task A_phone_is_sent_five_codes_an_hour()
    {
        var person = house.Stranger();
        for (var asked = 0; asked < 5; asked++)
        {
            Assert.Equal(Result.Ok, await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown));
        }

        var error = (await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown)).Error;
        Assert.Equal(Statuses.TooManyRequests, error?.Status);
        Assert.Contains("3600 s", error?.Description, StringComparison.Ordinal);
        house.Silo.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Result.Ok, await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown));
    }

    [Fact]
    public async Task A_provider_that_refuses_or_hangs_is_unavailable_and_does_not_count()
    {
        var person = house.Stranger();
        try
        {
            house.Silo.Sms.Refuses = true;
            for (var asked = 0; asked < 6; asked++)
            {
                Assert.Equal(Statuses.Unavailable, (await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown)).Error?.Status);
            }

            house.Silo.Sms.Hangs = true;
            var hanging = person.Registration.Register(Asks(person), RegistrationOrigin.Unknown);
            await house.Silo.Sms.Hanging;
            house.Silo.Clock.Advance(TimeSpan.FromSeconds(7));
            Assert.Equal(Statuses.Unavailable, (await hanging).Error?.Status);
        }
        finally
        {
            house.Silo.Sms.Refuses = house.Silo.Sms.Hangs = false;
        }

        Assert.Equal(Result.Ok, await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown));
    }

    [Fact]
    public async Task A_number_that_takes_no_SMS_is_named_and_its_tries_count()
    {
        var person = house.Stranger();
        house.Silo.Sms.InvalidNumbers.Add(person.Phone);
        for (var asked = 0; asked < 5; asked++)
        {
            var error = (await person.Registration.Register(Asks(person))).Error;
            Assert.Equal(Statuses.BadRequest, error?.Status);
            Assert.Contains("takes no SMS", error?.Description, StringComparison.Ordinal);
        }

        Assert.Equal(Statuses.TooManyRequests, (await person.Registration.Register(Asks(person))).Error?.Status);
    }

    [Fact]
    public async Task A_suspended_phone_is_sent_nothing_and_no_guest_learns_of_it()
    {
        var person = await house.Person();
        await house.Silo.Users.Put((await house.Silo.Users.Find(person.UserId))! with { Suspended = true });
        var sent = house.Silo.Sms.Sent.Count;
        Assert.Equal(Result.Ok, await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown));
        var limit = (await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => person.Registration.Register(Asks(person), RegistrationOrigin.Unknown)))).Last(answer => answer.Error is not null);
        Assert.Equal(Statuses.TooManyRequests, limit.Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await person.Registration.SendCode(CodePurpose.DeleteUser, person.Phone, null)).Error?.Status);
        Assert.Equal(sent, house.Silo.Sms.Sent.Count);
    }

    [Fact]
    public async Task A_code_for_a_change_is_checked_once_and_can_be_repeated()
    {
        var person = house.Stranger();
        await person.Registration.SendCode(CodePurpose.UpdateKeys, person.Phone, null);
        Assert.Equal(Statuses.Forbidden, (await person.Registration.CheckCode(CodePurpose.DeleteUser, person.LastCode)).Error?.Status);
        Assert.Equal(Statuses.Forbidden, (await person.Registration.CheckCode(CodePurpose.UpdateKeys, Wrong(person.LastCode))).Error?.Status);
        Assert.Equal(Result.Ok, await person.Registration.CheckCode(CodePurpose.UpdateKeys, person.LastCode));
        Assert.Equal(new Result(null, CodeNotes.Again), await person.Registration.CheckCode(CodePurpose.UpdateKeys, person.LastCode));
    }

    [Fact]
    public async Task A_code_for_a_change_goes_to_the_phones_owner_alone()
    {
        var result = await house.Stranger().Registration.SendCode(CodePurpose.UpdateKeys, house.Stranger().Phone, null);
        Assert.Equal(Statuses.BadRequest, result.Error?.Status);
    }

    [Fact]
    public async Task What_strangers_ask_and_guess_takes_nothing_from_an_application_of_the_account()
    {
        var person = await house.Person();
        for (var asked = 0; asked < 5; asked++)
        {
            Assert.Equal(Result.Ok, await person.Registration.Register(Asks(person, $"strange {asked}"), RegistrationOrigin.Unknown));
            for (var tried = 0; tried < 5; tried++)
            {
                await Confirms(person, "x", $"strange {asked}");
            }
        }

        house.Silo.Clock.Advance(TimeSpan.FromHours(1));
        for (var asked = 5; asked < 10; asked++)
        {
            await person.Registration.Register(Asks(person, $"strange {asked}"), RegistrationOrigin.Unknown);
            for (var tried = 0; tried < 5; tried++)
            {
                await Confirms(person, "x", $"strange {asked}");
            }
        }

        Assert.Equal(Statuses.TooManyRequests, (await person.Registration.Register(Asks(person), RegistrationOrigin.Unknown)).Error?.Status);
        Assert.Equal(Statuses.TooManyRequests, (await Confirms(person, "x")).Error?.Status);
        Assert.Equal(Result.Ok, await person.Registration.SendCode(CodePurpose.DeleteUser, person.Phone, null));
        Assert.Equal(Messenger.Ports.SmsAsker.Owner, house.Silo.Sms.LastAsker);
        Assert.Equal(Result.Ok, await person.Registration.CheckCode(CodePurpose.DeleteUser, person.LastCode));
    }

    [Theory]
    [InlineData(false, Messenger.Ports.SmsAsker.Newcomer)]
    [InlineData(true, Messenger.Ports.SmsAsker.Frequent)]
    public async Task A_network_that_asks_often_has_its_own_part_of_the_budget(bool frequent, Messenger.Ports.SmsAsker asker)
    {
        var person = house.Stranger();
        await person.Registration.Register(Asks(person), new RegistrationOrigin("192.0.2.1", frequent));
        Assert.Equal(asker, house.Silo.Sms.LastAsker);
    }

    [Theory]
    [InlineData(Messenger.Ports.Judgement.Allowed, null)]
    [InlineData(Messenger.Ports.Judgement.Refused, Statuses.Forbidden)]
    [InlineData(Messenger.Ports.Judgement.Unanswered, Statuses.Unavailable)]
    public async Task A_judge_is_asked_before_an_SMS_is_paid(Messenger.Ports.Judgement verdict, string? status)
    {
        var person = house.Stranger();
        var sent = house.Silo.Sms.Sent.Count;
        house.Judge.Verdict = verdict;
        try
        {
            Assert.Equal(status, (await person.Registration.Register(Asks(person), new RegistrationOrigin("192.0.2.7", Frequent: false))).Error?.Status);
        }
        finally
        {
            house.Judge.Verdict = Messenger.Ports.Judgement.Allowed;
        }

        Assert.Equal(new Messenger.Ports.RegistrationCase(person.Phone, "192.0.2.7", "android", "SDK 34", "samsung", "SM-A336B"), house.Judge.Asked);
        Assert.Equal(status is null ? sent + 1 : sent, house.Silo.Sms.Sent.Count);
    }

    [Fact]
    public async Task A_device_of_the_owner_says_yes_in_place_of_a_code()
    {
        var person = await house.Person();
        house.Silo.Sms.Refuses = true;
        try
        {
            Assert.Equal(Statuses.Unavailable, (await person.Registration.Register(Asks(person, "new"), RegistrationOrigin.Unknown)).Error?.Status);
        }
        finally
        {
            house.Silo.Sms.Refuses = false;
        }

        var name = Assert.Single(await person.Listed(confirmed: false), application => !application.Confirmed).Uuid;
        var locks = house.Silo.Grains.GetGrain<IUserLock>(person.UserId);
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate("new")).Error?.Status);
        Assert.Equal(Statuses.Unauthenticated, (await locks.Approve(person.As("new"), new RequestApproveApplication(name))).Error?.Status);
        Assert.Equal(Result.Ok, await locks.Approve(person.Me, new RequestApproveApplication(name)));
        Assert.Equal(Result.Ok, await locks.Approve(person.Me, new RequestApproveApplication(name)));
        Assert.Equal(0, (await person.Grain.Authenticate("new")).Value!.CoolingUntil);
        Assert.All(await person.Listed(confirmed: false), application => Assert.True(application.Confirmed));
    }
}
