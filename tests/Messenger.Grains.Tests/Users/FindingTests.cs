using Messenger.Protocol;
using Xunit;

namespace Messenger.Grains.Tests.Users;

/// <summary>Who asks the server who is registered, and who may be found.</summary>
[Collection(UserTests.Name)]
public sealed class FindingTests(UserSilo house)
{
    [Fact]
    public async Task The_budget_outlives_the_activation_and_holds_for_profiles_too()
    {
        var person = await house.Person();
        for (var call = 0; call < 20; call++)
        {
            Assert.Null((await person.Grain.GetRegisteredUsers(person.Me, new RequestGetRegisteredUsers([.. Ids(call * 1000, 1000)]))).Error);
        }

        await house.Silo.Deactivate(person.Grain);
        Assert.Equal(Statuses.TooManyRequests, (await person.Grain.GetRegisteredUsers(person.Me, new RequestGetRegisteredUsers([.. Ids(20_000, 10)]))).Error?.Status);
        Assert.Equal(Statuses.TooManyRequests, (await person.Grain.GetUserInfoMulti(person.Me, new RequestGetUserInfoMulti([.. Ids(20_000, 10)]))).Error?.Status);
        Assert.Null((await person.Grain.GetUserInfo(person.Me, new RequestGetUserInfo(Ids(5, 1).Single()))).Error);
        Assert.Null((await person.Grain.GetUserInfo(person.Me, new RequestGetUserInfo(person.UserId))).Error);
    }

    [Fact]
    public async Task Who_does_not_wish_to_be_found_is_not_and_can_come_back()
    {
        var (seeker, shy) = (await house.Person(), await house.Person());
        async Task<bool> Found() => (await seeker.Grain.GetRegisteredUsers(seeker.Me, new RequestGetRegisteredUsers([shy.UserId]))).Value!.Users.Length == 1;
        Assert.True(await Found());
        Assert.Null((await shy.Grain.UpdateParam(shy.Me, new UpdateParam("discoverable", "false"))).Error);
        Assert.False(await Found());
        Assert.Null((await shy.Grain.UpdateParam(shy.Me, new UpdateParam("discoverable", "true"))).Error);
        Assert.True(await Found());
    }

    private static IEnumerable<string> Ids(int from, int count) => Enumerable.Range(from, count).Select(at => UserIds.FromPhone($"+{at}"));
}
