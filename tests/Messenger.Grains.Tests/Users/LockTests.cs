using Messenger.Contracts;
using Messenger.Grains.Tests.Fakes;
using Messenger.Grains.Users;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>A code by SMS is not the account: the lock, who is vouched, who is cooling, and a number that changed hands.</summary>
public sealed class LockTests(LockTests.CoolingHouse cooling) : IClassFixture<LockTests.CoolingHouse>
{
    private static readonly string Verifier = Convert.ToBase64String(new byte[32]);
    private static readonly string Other = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]);
    private static int _people;

    /// <summary>Somebody else in each test.</summary>
    private readonly string _id = UserIds.FromPhone($"+3579920{Interlocked.Increment(ref _people):0000}");

    private GrainSilo House => cooling.Silo;

    private IUserLock Lock => House.Grains.GetGrain<IUserLock>(_id);

    private IUserGrain User => House.Grains.GetGrain<IUserGrain>(_id);

    /// <summary>A minute: each second of the clock runs all timers.</summary>
    private static TimeSpan Days(double days) => TimeSpan.FromMinutes(days);

    [Fact]
    public async Task The_first_application_is_vouched_and_the_next_cools_for_its_time()
    {
        Assert.Equal(Result.Ok, await Confirm("first"));
        Assert.Equal(Result.Ok, await Confirm("second"));
        Assert.Equal(0, (await Login("first")).CoolingUntil);
        Assert.Equal(House.Now + 60_000, (await Login("second")).CoolingUntil);
        House.Clock.Advance(Days(1));
        Assert.Equal(0, (await Login("second")).CoolingUntil);
    }

    [Fact]
    public async Task What_was_confirmed_before_is_not_new()
    {
        await Confirm("first");
        await Confirm("second");
        House.Clock.Advance(Days(1.25));
        Assert.Equal(Result.Ok, await Confirm("second"));
        Assert.Equal(0, (await Login("second")).CoolingUntil);

        // And what cools goes on cooling.
        await Confirm("third");
        House.Clock.Advance(Days(0.5));
        await Confirm("third");
        Assert.Equal(House.Now + 30_000, (await Login("third")).CoolingUntil);
    }

    [Fact]
    public async Task A_vouched_one_approves_and_a_cooling_one_may_not()
    {
        await Confirm("first");
        await Confirm("second");
        var name = (await User.GetApplications(Me("first"), new RequestGetApplicationsFull(true))).Value!.Applications.Single(application => application.Uuid != "first").Uuid;
        Assert.Equal(Statuses.Forbidden, (await Lock.Approve(Me("second"), new RequestApproveApplication(name))).Error?.Status);
        Assert.Equal(Statuses.NotFound, (await Lock.Approve(Me("first"), new RequestApproveApplication("nobody"))).Error?.Status);
        Assert.Equal(Result.Ok, await Lock.Approve(Me("first"), new RequestApproveApplication(name)));
        Assert.Equal(0, await Lock.CoolingUntil(ApplicationNames.Of("second")));
    }

    [Fact]
    public async Task Cooling_refuses_keys_lock_others_applications_and_a_contact_list_that_replaces()
    {
        await Confirm("first");
        await User.AddKeys(Me("first"), Person.Keys("1"));
        await Confirm("second");
        var others = (await User.GetApplications(Me("second"), new RequestGetApplicationsFull(true))).Value!.Applications.Single(application => application.Uuid != "second").Uuid;
        foreach (var result in new[]
        {
            await User.AddKeys(Me("second"), Person.Keys("2")),
            await Lock.SetLock(Me("second"), new RequestSetRegistrationLock(Verifier)),
            await User.DeleteApplication(Me("second"), new RequestDeleteApplication(others)),
            await User.UpdateContactList(Me("second"), new RequestUpdateContactList([], Merge: false)),
            await Lock.Rotate(Me("second"), "another-uuid-of-22-characters"),
        })
        {
            Assert.Equal(Statuses.Forbidden, result.Error?.Status);
            Assert.Contains($"{House.Clock.GetUtcNow() + Days(1):yyyy-MM-dd'T'HH:mm:ss'Z'}", result.Error!.Description, StringComparison.Ordinal);
        }

        Assert.Equal("private 1", (await House.Users.Find(_id))!.PrivateKeyEncrypted);
        Assert.Equal(Result.Ok, await User.UpdateContactList(Me("second"), new RequestUpdateContactList([], Merge: true)));
        Assert.Equal(Result.Ok, await User.DeleteApplication(Me("second"), new RequestDeleteApplication("second")));
    }

    [Fact]
    public async Task The_private_key_is_withheld_while_the_owner_is_there()
    {
        await Confirm("first");
        await User.AddKeys(Me("first"), Person.Keys("1"));
        await Confirm("second");
        Device("first").Online = true;
        Assert.Null(await PrivateKey("second"));
        Assert.Equal("private 1", await PrivateKey("first"));
        Device("first").Online = false;
        Assert.Equal("private 1", await PrivateKey("second"));
    }

    [Fact]
    public async Task Where_there_is_a_lock_a_code_is_not_enough()
    {
        await Confirm("first");
        Assert.Equal(Result.Ok, await Lock.SetLock(Me("first"), new RequestSetRegistrationLock(Verifier)));
        Assert.True((await Confirm("second")).Error is { Status: Statuses.Forbidden, RegistrationLock: true });
        Assert.True((await Confirm("second", Other)).Error is { Status: Statuses.Forbidden, RegistrationLock: true });
        Assert.Equal(Result.Ok, await Confirm("second", Verifier));
        Assert.Equal(0, (await Login("second")).CoolingUntil);
    }

    [Fact]
    public async Task Ten_wrong_locks_a_day_over_restarts_and_a_vouched_login_clears_them()
    {
        await Confirm("first");
        await Lock.SetLock(Me("first"), new RequestSetRegistrationLock(Verifier));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(Statuses.Forbidden, (await Confirm("second", Other)).Error?.Status);
            await House.Deactivate(User);
        }

        Assert.Equal(Statuses.TooManyRequests, (await Confirm("second", Verifier)).Error?.Status);
        await Login("first");
        Assert.Equal(Result.Ok, await Confirm("second", Verifier));
    }

    [Fact]
    public async Task Every_device_hears_of_a_right_code_and_is_woken()
    {
        await Confirm("first");
        await Confirm("second");
        var told = await Device("first").Hears<AuthenticationByApplicationNotification>();
        Assert.True(told.GetProperty("application").GetProperty("confirmed").GetBoolean());
        Assert.NotEqual("second", told.GetProperty("application").GetProperty("uuid").GetString());
        Assert.Contains(Device("first").Wakes, hint => hint.Conversation == Ports.PushKinds.Application);

        await Lock.SetLock(Me("first"), new RequestSetRegistrationLock(Verifier));
        await Confirm("third", Other);
        var wrong = await Device("first").Hears<AuthenticationByApplicationNotification>();
        Assert.False(wrong.GetProperty("application").GetProperty("confirmed").GetBoolean());
        Assert.Contains(Device("first").Wakes, hint => hint.Conversation == Ports.PushKinds.Lock);
    }

    [Fact]
    public async Task A_lock_ends_a_week_after_the_owner_was_there_last_and_vouches_still()
    {
        await Confirm("first");
        await Lock.SetLock(Me("first"), new RequestSetRegistrationLock(Verifier));
        House.Clock.Advance(Days(6));
        await Lock.Seen(ApplicationNames.Of("first"));
        House.Clock.Advance(Days(6));
        Assert.Equal(Statuses.Forbidden, (await Confirm("second")).Error?.Status);
        House.Clock.Advance(Days(2));
        Assert.Equal(Result.Ok, await Confirm("second"));
        Assert.NotEqual(0, await Lock.CoolingUntil(ApplicationNames.Of("second")));
        Assert.Equal(Result.Ok, await Confirm("third", Verifier));
        Assert.Equal(0, await Lock.CoolingUntil(ApplicationNames.Of("third")));
    }

    [Fact]
    public async Task A_cooling_one_gives_the_lock_afterwards()
    {
        await Confirm("first");
        await Confirm("second");
        Assert.Equal(Statuses.Conflict, (await Lock.GiveLock(Me("second"), new RequestGiveRegistrationLock(Verifier))).Error?.Status);
        await Lock.SetLock(Me("first"), new RequestSetRegistrationLock(Verifier));
        Assert.Equal(Statuses.Forbidden, (await Lock.GiveLock(Me("second"), new RequestGiveRegistrationLock(Other))).Error?.Status);
        Assert.Equal(Result.Ok, await Lock.GiveLock(Me("second"), new RequestGiveRegistrationLock(Verifier)));
        Assert.Equal(0, await Lock.CoolingUntil(ApplicationNames.Of("second")));
    }

    [Fact]
    public async Task The_operator_unlocks()
    {
        await Confirm("first");
        await Lock.SetLock(Me("first"), new RequestSetRegistrationLock(Verifier));
        Assert.Null((await House.Grains.GetGrain<IUserOperations>(_id).Unlock()).Error);
        Assert.Equal(Result.Ok, await Confirm("second"));
    }

    [Fact]
    public async Task A_number_that_nobody_used_for_a_year_begins_a_new_account()
    {
        await Confirm("first");
        await User.AddKeys(Me("first"), Person.Keys("1"));
        await User.UpdateParam(Me("first"), new UpdateParam("name", "value"));
        House.Clock.Advance(Days(365));
        Assert.Equal(Result.Ok, await Confirm("second"));
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate("first")).Error?.Status);
        Assert.Equal(0, (await Login("second")).CoolingUntil);
        Assert.Null((await House.Users.Find(_id))!.PublicKey);
        Assert.Empty((await User.GetParams(Me("second"), new GetParams(null))).Value!.Items);
    }

    [Fact]
    public async Task With_the_lock_or_with_the_old_application_nothing_is_erased()
    {
        await Confirm("first");
        await User.AddKeys(Me("first"), Person.Keys("1"));
        await Lock.SetLock(Me("first"), new RequestSetRegistrationLock(Verifier));
        House.Clock.Advance(Days(400));
        Assert.Equal(Result.Ok, await Confirm("first"));
        Assert.Equal(Result.Ok, await Confirm("second", Verifier));
        Assert.Equal("private 1", (await House.Users.Find(_id))!.PrivateKeyEncrypted);
    }

    [Fact]
    public async Task A_connection_that_lasts_counts_as_use()
    {
        await Confirm("first");
        Device("first").Online = true;
        House.Clock.Advance(Days(400));
        await Confirm("second");
        Assert.NotEqual(0, await Lock.CoolingUntil(ApplicationNames.Of("second")));
    }

    [Fact]
    public async Task Past_fifty_the_cooling_one_confirmed_first_goes_and_of_vouched_ones_none_that_is_used()
    {
        await Confirm("first");
        for (var i = 1; i < 50; i++)
        {
            await Confirm($"cooling {i}");
        }

        await Confirm("one more");
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate("cooling 1")).Error?.Status);
        await Login("first");
        House.Clock.Advance(Days(1.1));
        Assert.Equal(Statuses.Conflict, (await Confirm("too many")).Error?.Status);
    }

    [Fact]
    public async Task A_new_uuid_counts_when_it_was_used_and_the_old_one_is_void_then()
    {
        await Confirm("first");
        Assert.Equal(Result.Ok, await Lock.Rotate(Me("first"), "second"));
        var before = await Login("first");
        var after = await Login("second");
        Assert.Equal(before, after);
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate("first")).Error?.Status);
        Assert.Equal(House.Now + 60_000, (await Login("second")).CoolingUntil);
        await Device("first").Hears<AuthenticationByApplicationNotification>();
        Assert.Equal(CloseCode.ContinuityLost, await Device("first").Closes());

        // Told once: who kept it cannot ring for ever.
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate("first")).Error?.Status);
        Assert.True(Device("first").IsOpen);
        Assert.True(Device("first").HeardNothing);

        // The old one, registered anew, is another device.
        await Confirm("first");
        Assert.NotEqual(after.Application, (await Login("first")).Application);
    }

    private Caller Me(string application) => new(_id, ApplicationNames.Of(application));

    private DeviceRecord Device(string application) => cooling.Devices[DeviceKeys.Of(_id, application)];

    private async Task<Caller> Login(string application) => (await User.Authenticate(application)).Value!;

    private async Task<string?> PrivateKey(string application) =>
        (await User.GetUserInfo(Me(application), new RequestGetUserInfo(_id))).Value!.User.PrivateKeyEncryptedBase64;

    private Task<Result> Confirm(string application, string? given = null)
    {
        var now = House.Now;
        return Lock.Confirm(new ApplicationInfo(application, null, "android", true, now, _id, null, now, false, "SDK 34", "samsung", "SM-A336B"), given);
    }

    /// <summary>A silo where applications cool for a minute, locks end after seven, and a number changes hands after 365.</summary>
    public sealed class CoolingHouse : IAsyncLifetime
    {
        private GrainSilo? _silo;

        internal GrainSilo Silo => _silo!;

        internal DeviceRecords Devices { get; } = new();

        public async Task InitializeAsync() => _silo = await GrainSilo.Start(
            builder => builder.Services.AddSingleton(Devices).Configure<UserOptions>(options => (options.Cooling, options.Inactive, options.LockLife) = (Days(1), Days(365), Days(7))),
            typeof(DeviceStandIn));

        public async Task DisposeAsync() => await Silo.DisposeAsync();
    }
}
