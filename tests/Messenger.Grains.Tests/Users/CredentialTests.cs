using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Registration;
using Messenger.Grains.State;
using Messenger.Grains.Tests.Fakes;
using Messenger.Grains.Users;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>Who reads the database can log in as nobody.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private const string Phone = "+35799000000";
    private const string Secret = "6921d2fd-e88c-4802-bb70-d7a18770939e";
    private const string Other = "0a1b2c3d-e88c-4802-bb70-d7a18770939e";
    private static readonly string Id = UserIds.FromPhone(Phone);
    private readonly ReadableStorage _storage = new();
    private readonly DeviceRecords _devices = new();
    private GrainSilo? _silo;

    private IUserGrain User => _silo!.Grains.GetGrain<IUserGrain>(Id);

    public Task InitializeAsync() => Start(With(7));

    public async Task DisposeAsync() => await _silo!.DisposeAsync();

    [Fact]
    public async Task What_is_stored_does_not_contain_the_uuid_and_logs_in()
    {
        await Register(Secret);

        Assert.NotEmpty(_storage.Rows);
        Assert.All(_storage.Rows, row => Assert.DoesNotContain(Secret, row, StringComparison.OrdinalIgnoreCase));
        await _silo!.Deactivate(User);
        Assert.Equal(new Caller(Id, ApplicationNames.Of(Secret)), (await User.Authenticate(Secret)).Value);
        Assert.Equal([Secret], await ShownUuids());
    }

    [Fact]
    public async Task What_is_stored_is_no_credential_either()
    {
        await Register(Secret);
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate(ApplicationNames.Of(Secret))).Error?.Status);
        Assert.Equal(Statuses.Unauthenticated, (await User.Verify(ApplicationNames.Of(Secret))).Error?.Status);
    }

    [Fact]
    public async Task A_row_of_an_earlier_release_logs_in_and_is_replaced()
    {
        var old = new Application(Secret, "android", 1, 1, "token", null, null, null);
        _storage.Put("account", User.GetGrainId(), new Account { Applications = [old], Closing = [Other] });
        var device = _silo!.Grains.GetGrain<IDeviceGrain>($"{Id}/{Secret}").GetGrainId();
        _storage.Put("device", device, new DeviceState { Push = new PushTarget("android", "token", 1) });
        await _silo.Users.Put(Profiles.New(Id, 1));

        Assert.Equal(new Caller(Id, ApplicationNames.Of(Secret)), (await User.Authenticate(Secret)).Value);

        Assert.All(_storage.Rows, row => Assert.DoesNotContain(Secret, row, StringComparison.OrdinalIgnoreCase));
        Assert.All(_storage.Rows, row => Assert.DoesNotContain(Other, row, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("token", _devices[DeviceKeys.Of(Id, Secret)].Push?.Token);
        Assert.Equal([Secret], await ShownUuids());
    }

    [Fact]
    public async Task A_lost_key_locks_nobody_out_and_is_mended_by_the_next_login()
    {
        await Register(Secret);
        await Restart(With(8));

        Assert.Equal(22, Assert.Single(await ShownUuids()).Length);
        Assert.Null((await User.Authenticate(Secret)).Error);
        Assert.Equal([Secret], await ShownUuids());
    }

    [Fact]
    public async Task What_cannot_be_told_can_still_be_deleted()
    {
        await Register(Secret);
        await Register(Other);
        await Restart(With(8));

        await User.Authenticate(Secret);
        var name = Assert.Single(await ShownUuids(), uuid => uuid != Secret);
        Assert.Equal(Result.Ok, await User.DeleteApplication(new Caller(Id, ApplicationNames.Of(Secret)), new RequestDeleteApplication(name)));
        Assert.Equal(Statuses.Unauthenticated, (await User.Authenticate(Other)).Error?.Status);
    }

    [Fact]
    public async Task A_key_that_comes_later_seals_what_was_open()
    {
        await _silo!.DisposeAsync();
        await Start(With());
        await Register(Secret);
        await Restart(With(0));

        Assert.Null((await User.Authenticate(Secret)).Error);
        Assert.All(_storage.Stored<Account>(), account => Assert.Equal(1, account.Applications[0].Credential!.Sealed[0]));
    }

    [Fact]
    public void A_sealed_uuid_opens_for_its_user_alone()
    {
        var seal = With(0);
        var stored = seal.Seal(Id, Secret);
        Assert.Equal(Secret, seal.Unseal(Id, stored));
        Assert.Null(seal.Unseal(UserIds.FromPhone("+35799000001"), stored));
        Assert.Null(seal.Unseal(Id, [.. stored[..^1], (byte)(stored[^1] ^ 1)]));
        Assert.Null(seal.Unseal(Id, []));
        Assert.Null(seal.Unseal(Id, stored[..20]));
        Assert.Null(With().Unseal(Id, stored));
    }

    [Fact]
    public void An_inbox_on_disk_tells_nobody_who_logged_in()
    {
        var seal = With(0);
        var notification = SerializedNotification.From(new AuthenticationByApplicationNotification(new ApplicationInfo(Secret, null, "android", true, 1, Id, null, 1, true, null, null, null)));
        var snapshot = new DeviceSnapshot(new InboxSnapshot(1, 1, [new InboxEntry(notification, 1)]), null, 0, 0);

        var stored = snapshot.Sealed(Id, seal);

        Assert.DoesNotContain(Secret, Encoding.UTF8.GetString(stored.Inbox.Kept[0].Notice.Payload), StringComparison.Ordinal);
        Assert.Equal(notification.Payload, stored.Unsealed(Id, seal)!.Inbox.Kept[0].Notice.Payload);
        Assert.Equal(notification.Payload, snapshot.Unsealed(Id, seal)!.Inbox.Kept[0].Notice.Payload);
        Assert.Null(stored.Unsealed(Id, With()));
    }

    [Fact]
    public async Task A_push_token_is_not_in_the_database()
    {
        await Register(Secret);
        var me = new Caller(Id, ApplicationNames.Of(Secret));
        Assert.Equal(Result.Ok, await User.UpdateDeviceToken(me, new RequestUpdateDeviceTokenByApplication("plain-token", Id, Secret) { VoipToken = "calls-token" }));

        Assert.All(_storage.Rows, row => Assert.DoesNotContain("plain-token", row, StringComparison.Ordinal));
        Assert.All(_storage.Rows, row => Assert.DoesNotContain("calls-token", row, StringComparison.Ordinal));
        await _silo!.Deactivate(User);
        var shown = Assert.Single((await User.GetApplications(me, new RequestGetApplicationsFull(true))).Value!.Applications);
        Assert.Equal("plain-token", shown.DeviceToken);
        Assert.Equal("calls-token", _devices[DeviceKeys.Of(Id, Secret)].Push?.Voip);
    }

    [Fact]
    public async Task A_new_key_takes_over_while_both_are_there_and_the_old_one_goes()
    {
        await Register(Secret);
        await Register(Other);
        var me = new Caller(Id, ApplicationNames.Of(Secret));
        await User.UpdateDeviceToken(me, new RequestUpdateDeviceTokenByApplication("plain-token", Id, Secret));
        await Lock.SetLock(me, new RequestSetRegistrationLock(Verifier));
        var operations = _silo!.Grains.GetGrain<IUserOperations>(Id);
        Assert.Equal(new Resealed(0, 0, OlderLock: false), (await operations.Reseal(dryRun: true)).Value);

        await Restart(With(8, 7));
        operations = _silo!.Grains.GetGrain<IUserOperations>(Id);
        Assert.Equal(2, (await ShownUuids()).Length);
        Assert.Contains(Secret, await ShownUuids());
        Assert.Equal(new Resealed(2, 0, OlderLock: true), (await operations.Reseal(dryRun: true)).Value);
        Assert.Equal(new Resealed(2, 0, OlderLock: true), (await operations.Reseal(dryRun: false)).Value);
        Assert.Equal(new Resealed(0, 0, OlderLock: true), (await operations.Reseal(dryRun: false)).Value);

        // Its owner gives the lock once; from then on nothing needs the old key.
        Assert.Equal(Statuses.Forbidden, (await Confirms("third", "wrong" + Verifier[5..])).Error?.Status);
        Assert.Equal(Result.Ok, await Confirms("third", Verifier));
        Assert.False((await operations.Reseal(dryRun: true)).Value!.OlderLock);

        await Restart(With(8));
        Assert.Contains(Secret, await ShownUuids());
        Assert.Equal("plain-token", (await User.GetApplications(me, new RequestGetApplicationsFull(true))).Value!.Applications.Single(one => one.Uuid == Secret).DeviceToken);
        Assert.Equal(Result.Ok, await Confirms("fourth", Verifier));
    }

    private static readonly string Verifier = Convert.ToBase64String(new byte[32]);

    private IUserLock Lock => _silo!.Grains.GetGrain<IUserLock>(Id);

    private Task<Result> Confirms(string uuid, string verifier) => Lock.Confirm(
        new ApplicationInfo(uuid, null, "android", true, 0, Id, null, 0, false, null, null, null), verifier);

    /// <summary>Newest first.</summary>
    private static CredentialSeal With(params byte[] keys) => new([.. keys.Select(key => Enumerable.Repeat(key, CredentialSeal.KeyBytes).ToArray())]);

    private async Task Start(CredentialSeal seal) => _silo = await GrainSilo.Start(
        silo => silo.Services.AddSingleton(_devices).AddSingleton(seal).AddKeyedSingleton<IGrainStorage>("state", _storage), typeof(DeviceStandIn));

    /// <summary>The directory is a new one: the user is put there again.</summary>
    private async Task Restart(CredentialSeal seal)
    {
        await _silo!.DisposeAsync();
        await Start(seal);
        await _silo.Users.Put(Profiles.New(Id, 1));
    }

    private async Task Register(string uuid)
    {
        var registration = _silo!.Grains.GetGrain<IRegistrationGrain>(Id);
        Assert.Equal(Result.Ok, await registration.Register(new RequestRegisterApplication(null, "android", null, Phone, null, Id, uuid, null), RegistrationOrigin.Unknown));
        Assert.Equal(22, Assert.Single(await registration.Pending()).Uuid.Length);
        Assert.Equal(Result.Ok, await registration.Confirm(new RequestConfirmRegistration(_silo.Sms.LastCode(Phone), Id, uuid)));
    }

    private async Task<string[]> ShownUuids() =>
        [.. (await User.GetApplications(new Caller(Id, ApplicationNames.Of(Secret)), new RequestGetApplicationsFull(true))).Value!.Applications.Select(application => application.Uuid)];

    /// <summary>A storage whose rows can be read by a thief: as JSON, and with every byte array as text besides.</summary>
    private sealed class ReadableStorage : IGrainStorage
    {
        private readonly ConcurrentDictionary<(string, GrainId), object> _rows = [];

        public IEnumerable<string> Rows => _rows.Select(row => $"{row.Key} {JsonSerializer.Serialize(row.Value)} {Bytes(row.Value)}");

        public IEnumerable<T> Stored<T>() => _rows.Values.OfType<T>();

        public void Put<T>(string name, GrainId id, T state)
            where T : notnull => _rows[(name, id)] = state;

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            grainState.RecordExists = _rows.TryGetValue((stateName, grainId), out var state);
            grainState.State = grainState.RecordExists ? (T)state! : default!;
            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            _rows[(stateName, grainId)] = grainState.State!;
            grainState.RecordExists = true;
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            _rows.TryRemove((stateName, grainId), out _);
            grainState.RecordExists = false;
            return Task.CompletedTask;
        }

        private static string Bytes(object row)
        {
            var many = row switch
            {
                Account account => account.Applications.SelectMany(application => new[] { application.Credential?.Sealed, application.SealedTokens?.Plain, application.SealedTokens?.Calls }),
                DeviceState device => [device.SealedPush?.Tokens.Plain, device.SealedPush?.Tokens.Calls],
                PhoneState phone => phone.Pending.Select(pending => pending.Credential?.Sealed),
                _ => [],
            };
            return string.Join(' ', many.Select(bytes => Encoding.UTF8.GetString(bytes ?? [])));
        }
    }
}
