using Messenger.Contracts;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

[Collection(UserTests.Name)]
public sealed class LoginTests(UserSilo house)
{
    [Fact]
    public async Task Only_a_confirmed_application_authenticates()
    {
        var person = await house.Person("one");
        Assert.Equal(person.Me, (await person.Grain.Authenticate("one")).Value);
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate("One")).Error?.Status);
        Assert.Equal(Statuses.Unauthenticated, (await house.Stranger().Grain.Authenticate("one")).Error?.Status);
    }

    [Fact]
    public async Task A_suspended_user_is_forbidden_and_only_its_own_application_learns_it()
    {
        var person = await house.Person("one");
        await house.Silo.Users.Put((await house.Silo.Users.Find(person.UserId))! with { Suspended = true });
        Assert.Equal(Statuses.Forbidden, (await person.Grain.Authenticate("one")).Error?.Status);
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate("two")).Error?.Status);
    }

    [Fact]
    public async Task The_other_devices_hear_of_a_login()
    {
        var person = await house.Person("one", "two");
        await person.Grain.Authenticate("one");
        var application = (await person.Device("two").Hears<AuthenticationByApplicationNotification>()).GetProperty("application");
        Assert.Equal(await person.Called("one"), application.GetProperty("uuid").GetString());
        Assert.True(application.GetProperty("online").GetBoolean());
        Assert.Equal(house.Silo.Now, application.GetProperty("lastLogin").GetInt64());
        Assert.True(person.Device("one").HeardNothing);
    }

    [Fact]
    public async Task A_device_that_could_not_be_told_of_a_login_is_told_to_doubt_and_the_login_does_not_wait()
    {
        var person = await house.Person("one", "two");
        person.Device("two").Fails = true;
        Assert.Null((await person.Grain.Authenticate("one")).Error);
        await person.Device("two").HasFailed();
        person.Device("two").Fails = false;
        var doubted = person.Device("two").Resyncs();
        await UserSilo.Until(() =>
        {
            house.Silo.Clock.Advance(TimeSpan.FromMilliseconds(250));
            return Task.FromResult(doubted.IsCompleted);
        });
        Assert.True(person.Device("two").HeardNothing);
    }

    [Fact]
    public async Task Logins_are_written_behind()
    {
        var person = await house.Person("one");
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(30));
        var written = house.Silo.Users.Writes;
        for (var login = 0; login < 10; login++)
        {
            await person.Grain.Authenticate("one");
        }

        var last = house.Silo.Now;
        Assert.Equal(written, house.Silo.Users.Writes);
        house.Silo.Clock.Advance(TimeSpan.FromMinutes(10));
        await UserSilo.Until(async () => (await person.Sees(person)).LastLogin == last);
        Assert.Equal(written + 1, house.Silo.Users.Writes);
    }

    [Fact]
    public async Task Logins_are_written_when_the_activation_ends()
    {
        var person = await house.Person("one");
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(30));
        await person.Grain.Authenticate("one");
        await house.Silo.Deactivate(person.Grain);
        Assert.Equal(house.Silo.Now, (await person.Sees(person)).LastLogin);
        var application = Assert.Single((await person.Grain.GetApplications(person.Me, new RequestGetApplicationsFull(true))).Value!.Applications);
        Assert.Equal(house.Silo.Now, application.LastLogin);
    }

    [Fact]
    public async Task Applications_are_listed_newest_first_with_who_is_online()
    {
        var person = await house.Person("one");
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        await person.Confirm("two");
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        await person.Registration.Register(new RequestRegisterApplication(null, "ios", null, person.Phone, null, person.UserId, "three", null), RegistrationOrigin.Unknown);
        person.Device("one").Online = true;

        var confirmed = (await person.Grain.GetApplications(person.Me, new RequestGetApplicationsFull(true))).Value!.Applications;
        Assert.Equal([(await person.Called("two"), false), ("one", true)], confirmed.Select(application => (application.Uuid, application.Online)));
        var all = (await person.Grain.GetApplications(person.Me, new RequestGetApplicationsFull(false))).Value!.Applications;
        Assert.Equal([(all[0].Uuid, false), (await person.Called("two"), true), ("one", true)], all.Select(application => (application.Uuid, application.Confirmed)));
        Assert.DoesNotContain(all, application => application.Uuid is "two" or "three");

        // The name that it had while it waited stays its name.
        await person.Registration.Confirm(new RequestConfirmRegistration(person.LastCode, person.UserId, "three"));
        Assert.Equal(all[0].Uuid, await person.Called("three"));
        Assert.All(all, application => Assert.Null(application.SmsCode));
    }

    [Fact]
    public async Task A_token_reaches_its_device_and_is_withdrawn()
    {
        var person = await house.Person("one", "two");
        Assert.Equal(Result.Ok, await person.Token("two", "token"));
        Assert.Equal(new PushTarget("android", "token", house.Silo.Now), person.Device("two").Push);
        Assert.Null(person.Device("one").Push);
        await house.Silo.Deactivate(person.Grain);
        var listed = await person.Listed(by: "two");
        Assert.Equal("token", listed.Single(application => application.Uuid == "two").DeviceToken);
        await person.Token("two", "");
        Assert.Null(person.Device("two").Push);
    }

    [Fact]
    public async Task A_token_that_its_device_did_not_get_is_set_by_the_retry()
    {
        var person = await house.Person("one");
        person.Device("one").Fails = true;
        var request = new RequestUpdateDeviceTokenByApplication("token", null, "one");
        await Assert.ThrowsAsync<TimeoutException>(() => person.Grain.UpdateDeviceToken(person.Me, request));
        person.Device("one").Fails = false;
        Assert.Equal(Result.Ok, await person.Grain.UpdateDeviceToken(person.Me, request));
        Assert.Equal("token", person.Device("one").Push?.Token);
    }

    [Fact]
    public async Task A_token_is_for_ones_own_application_alone()
    {
        var person = await house.Person("one");
        var unknown = new RequestUpdateDeviceTokenByApplication("token", null, "other");
        Assert.Equal(Statuses.NotFound, (await person.Grain.UpdateDeviceToken(person.Me, unknown)).Error?.Status);
        var foreign = new RequestUpdateDeviceTokenByApplication("token", house.Stranger().UserId, "one");
        Assert.Equal(Statuses.Forbidden, (await person.Grain.UpdateDeviceToken(person.Me, foreign)).Error?.Status);
    }

    [Fact]
    public async Task A_token_belongs_to_who_set_it_last_and_the_former_owner_forgets_it()
    {
        var (one, two) = (await house.Person("one", "other"), await house.Person("two"));
        var token = $"token {one.UserId}";
        foreach (var (taker, application) in new[] { (one, "one"), (two, "two"), (one, "other"), (one, "one"), (two, "two") })
        {
            Assert.Equal(Result.Ok, await taker.Token(application, token));
            Assert.Equal(token, taker.Device(application).Push?.Token);
            var all = new[] { (one, "one"), (one, "other"), (two, "two") };
            Assert.All(all.Where(device => device != (taker, application)), device => Assert.Null(device.Item1.Device(device.Item2).Push));

            // To itself alone it is told which.
            Assert.Equal(token, (await taker.Listed(by: application)).Single(listed => listed.Uuid == application).DeviceToken);
            Assert.All((await one.Listed(by: "other")).Where(listed => listed.Uuid != "other"), listed => Assert.Null(listed.DeviceToken));
        }

        // Given back, it is nobody's: the next has it without anybody losing theirs.
        await two.Token("two", null);
        await two.Token("two", "another");
        await one.Token("one", token);
        Assert.Equal("another", two.Device("two").Push?.Token);
    }

    [Fact]
    public async Task A_token_for_calls_belongs_to_who_set_it_last_too()
    {
        var (one, two) = (await house.Person("one"), await house.Person("one"));
        var (token, voip) = ($"token {one.UserId}", $"voip {one.UserId}");
        Task<Result> Set(Person person, string own, string? calls) =>
            person.Grain.UpdateDeviceToken(person.As("one"), new RequestUpdateDeviceTokenByApplication(own, null, "one", calls));

        Assert.Equal(Result.Ok, await Set(one, token, voip));
        Assert.Equal((token, voip), (one.Device("one").Push?.Token, one.Device("one").Push?.Voip));
        Assert.Equal(Result.Ok, await Set(two, $"token {two.UserId}", voip));
        Assert.Equal((token, null), (one.Device("one").Push?.Token, one.Device("one").Push?.Voip));
        Assert.Equal(voip, two.Device("one").Push?.Voip);

        // Left out it is withdrawn, and whoever sets it next takes it from nobody.
        Assert.Equal(Result.Ok, await Set(two, $"token {two.UserId}", null));
        Assert.Null(two.Device("one").Push?.Voip);
        Assert.Equal(Result.Ok, await Set(one, token, voip));
        Assert.Equal(voip, one.Device("one").Push?.Voip);
    }

    [Fact]
    public async Task Of_two_who_set_a_token_at_the_same_time_one_has_it()
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => house.Person("one")));
        var token = $"token {people[0].UserId}";
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(people.Select(person => person.Token("one", token)));
            Assert.InRange(people.Count(person => person.Device("one").Push?.Token == token), 0, 1);
        }

        await people[3].Token("one", token);
        Assert.Equal(token, people[3].Device("one").Push?.Token);
    }

    [Fact]
    public async Task An_application_is_told_its_own_uuid_and_of_the_others_a_name_that_opens_nothing()
    {
        var person = await house.Person("one", "two");
        var name = await person.Called("two");
        Assert.Equal(22, name.Length);
        Assert.Contains("one", await person.Applications());
        Assert.DoesNotContain("two", await person.Applications());
        Assert.NotEqual(ApplicationNames.Of("two"), name);
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate(name)).Error?.Status);
        Assert.Equal(Statuses.NotFound, (await person.Grain.UpdateDeviceToken(person.As("one"), new RequestUpdateDeviceTokenByApplication("token", null, name))).Error?.Status);

        await person.Grain.Authenticate("two");
        var told = await person.Device("one").Hears<AuthenticationByApplicationNotification>();
        Assert.Equal(name, told.GetProperty("application").GetProperty("uuid").GetString());
        await house.Silo.Deactivate(person.Grain);
        Assert.Equal(name, await person.Called("two"));

        // Neither its uuid nor the hash of it is a way to delete another one.
        foreach (var guess in new[] { "two", ApplicationNames.Of("two") })
        {
            Assert.Equal(Statuses.NotFound, (await person.Grain.DeleteApplication(person.As("one"), new RequestDeleteApplication(guess))).Error?.Status);
        }
    }

    [Fact]
    public async Task A_deleted_application_is_closed_and_void()
    {
        var person = await house.Person("one", "two");
        var name = await person.Called("two");
        Assert.Equal(Result.Ok, await person.Grain.DeleteApplication(person.As("one"), new RequestDeleteApplication(name)));
        Assert.Equal(CloseCode.Deleted, await person.Device("two").Closes());
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate("two")).Error?.Status);
        var lingering = person.Me with { Application = ApplicationNames.Of("two") };
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.UpdateNick(lingering, new RequestUpdateUserNick("nick"))).Error?.Status);
        Assert.Equal(Statuses.NotFound, (await person.Grain.DeleteApplication(person.As("one"), new RequestDeleteApplication(name))).Error?.Status);
    }

    [Fact]
    public async Task Who_deletes_the_own_application_gets_the_answer_before_the_close()
    {
        var person = await house.Person("one");
        Assert.Equal(Result.Ok, await person.Grain.DeleteApplication(person.As("one"), new RequestDeleteApplication("one")));
        Assert.True(person.Device("one").IsOpen);
        Assert.Equal(Statuses.Unauthenticated, (await person.Grain.Authenticate("one")).Error?.Status);
        house.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CloseCode.Deleted, await person.Device("one").Closes());
    }

    [Fact]
    public async Task A_connection_that_could_not_be_closed_is_closed_later_even_by_another_activation()
    {
        var person = await house.Person("one", "two");
        person.Device("two").Fails = true;
        Assert.Equal(Result.Ok, await person.Grain.DeleteApplication(person.As("one"), new RequestDeleteApplication(await person.Called("two"))));
        await house.Silo.Deactivate(person.Grain);
        person.Device("two").Fails = false;
        await person.Sees(person);
        Assert.Equal(CloseCode.Deleted, await person.Device("two").Closes());
    }
}
