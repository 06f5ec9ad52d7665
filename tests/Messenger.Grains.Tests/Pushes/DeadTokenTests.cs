using Messenger.Contracts;
using Messenger.Grains.Devices;
using Messenger.Grains.Tests.Users;
using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Pushes;

/// <summary>What a user knows of its devices' tokens, and whom it lets wake them.</summary>
[Collection(UserTests.Name)]
public sealed class DeadTokenTests(UserSilo house)
{
    [Fact]
    public async Task A_dead_token_is_forgotten_and_one_given_anew_is_not()
    {
        var person = await house.Person("first", "second");
        await person.Token("second", "old");
        var old = person.Device("second").Push!;
        await person.Token("second", "new");

        await Pushes(person).ForgetToken(ApplicationNames.Of("second"), old);
        Assert.Equal("new", person.Device("second").Push?.Token);
        Assert.Equal("new", (await Tokens(person))["second"]);

        await Pushes(person).ForgetToken(ApplicationNames.Of("second"), person.Device("second").Push!);
        Assert.Null(person.Device("second").Push);
        Assert.Null((await Tokens(person))["second"]);

        // Itself and the others hear that there is something to look up: it sets another.
        Assert.All(["first", "second"], application => Assert.Contains("applications", System.Text.Encoding.UTF8.GetString(person.Device(application).OfFeatures.Last().Payload), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_is_woken_for_who_is_blacklisted_or_for_themselves()
    {
        var (person, friend, foe) = (await house.Person(), await house.Person(), await house.Person());
        await person.Grain.AddBlackList(person.Me, new AddBlackList(foe.UserId));
        var told = new PushHint(Guid.NewGuid(), "message", friend.UserId);
        await Pushes(person).Wake(
            [new PushHint(Guid.NewGuid(), "message", foe.UserId), told, new PushHint(Guid.NewGuid(), "message", person.UserId)]);
        Assert.Equal([told], person.Device("first").Wakes);
    }

    private IUserPushes Pushes(Person person) => house.Silo.Grains.GetGrain<IUserPushes>(person.UserId);

    private static async Task<Dictionary<string, string?>> Tokens(Person person) =>
        (await person.Listed(by: "second"))
            .ToDictionary(application => application.Uuid, application => application.DeviceToken);
}
