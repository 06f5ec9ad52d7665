using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>What the operator does to a user.</summary>
[Collection(UserTests.Name)]
public sealed class OperationsTests(UserSilo house)
{
    [Fact]
    public async Task A_suspended_account_is_closed_is_not_woken_and_shows_as_blocked_until_it_is_restored()
    {
        var (person, other) = (await house.Person("first", "second"), await house.Person());
        await person.Token("second", "token");
        person.Device("second").Online = true;

        Assert.Equal(1, (await Operations(person).Suspend(true)).Value!.Connections);
        Assert.Equal(CloseCode.PolicyViolation, await person.Device("first").Closes());
        Assert.Equal(CloseCode.PolicyViolation, await person.Device("second").Closes());
        Assert.Null(person.Device("second").Push);
        Assert.True((await other.Sees(person)).Blocked);
        Assert.Equal(Statuses.Forbidden, (await person.Grain.Authenticate("first")).Error?.Status);
        Assert.True((await Operations(person).LookUp()).Value!.Suspended);

        Assert.Null((await Operations(person).Suspend(false)).Error);
        Assert.Equal("token", person.Device("second").Push?.Token);
        Assert.False((await other.Sees(person)).Blocked);
        Assert.Null((await person.Grain.Authenticate("first")).Error);
    }

    [Fact]
    public async Task A_look_up_shows_devices_without_their_credentials()
    {
        var person = await house.Person("first", "second");
        person.Device("second").Online = true;
        var card = (await Operations(person).LookUp()).Value!;
        Assert.Equal(person.UserId, card.UserId);
        Assert.Equal([false, true], card.Devices.Select(device => device.Online));
        Assert.All(card.Devices, device => Assert.Matches("^[0-9a-f]{16}$", device.Device));
        Assert.Equal(Statuses.NotFound, (await Operations(house.Stranger()).LookUp()).Error?.Status);
    }

    [Fact]
    public async Task One_connection_is_closed_and_may_come_back()
    {
        var person = await house.Person("first", "second");
        var device = (await Operations(person).LookUp()).Value!.Devices[1].Device;
        person.Device("second").Online = true;
        Assert.Equal(1, (await Operations(person).Disconnect(device)).Value!.Connections);
        Assert.Equal(CloseCode.ContinuityLost, await person.Device("second").Closes());
        Assert.True(person.Device("first").IsOpen);
        Assert.Equal(Statuses.NotFound, (await Operations(person).Disconnect("0123456789abcdef")).Error?.Status);
        Assert.Equal(Statuses.NotFound, (await Operations(house.Stranger()).Disconnect(null)).Error?.Status);
    }

    [Fact]
    public async Task An_operators_account_logs_in_and_no_persons_account_is_taken_over()
    {
        var id = UserIds.FromPhone($"support-{Guid.NewGuid():N}");
        var operations = house.Silo.Grains.GetGrain<IUserOperations>(id);
        var opened = (await operations.Open()).Value!;
        Assert.Null((await house.Silo.Grains.GetGrain<IUserGrain>(id).Authenticate(opened.ApplicationUuid)).Error);
        Assert.NotEqual(opened.ApplicationUuid, (await operations.Open()).Value!.ApplicationUuid);
        Assert.Equal(Statuses.Conflict, (await Operations(await house.Person()).Open()).Error?.Status);
    }

    private IUserOperations Operations(Person person) => house.Silo.Grains.GetGrain<IUserOperations>(person.UserId);
}
