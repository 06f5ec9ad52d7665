using Messenger.Contracts;
using Messenger.Grains.Tests.Users;
using Messenger.Protocol;
using Orleans.Runtime;
using Xunit;

namespace Messenger.Grains.Tests.Registration;

[Collection(UserTests.Name)]
public sealed class AbsenceTests(UserSilo house)
{
    private IAbsenceGrain Absence => house.Silo.Grains.GetGrain<IAbsenceGrain>(0);

    [Fact]
    public async Task Who_is_not_there_is_not_woken_to_be_told_so()
    {
        var stranger = house.Stranger();
        Assert.True(await Absence.LacksUser(stranger.UserId));
        Assert.True(await Absence.LacksPhone(stranger.UserId));
        var awake = await house.Silo.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        Assert.DoesNotContain(awake, grain => grain.GrainId.Key.ToString() == stranger.UserId);
    }

    [Fact]
    public async Task Who_is_there_is_found()
    {
        var person = await house.Person();
        Assert.False(await Absence.LacksUser(person.UserId));

        // Registered long ago: no code waits.
        Assert.True(await Absence.LacksPhone(person.UserId));
        var stranger = house.Stranger();
        await stranger.Registration.Register(new RequestRegisterApplication(null, "android", "SM-A336B", stranger.Phone, "SDK 34", stranger.UserId, "phone", "samsung"), RegistrationOrigin.Unknown);
        Assert.False(await Absence.LacksPhone(stranger.UserId));
        Assert.True(await Absence.LacksUser(stranger.UserId));
    }
}
