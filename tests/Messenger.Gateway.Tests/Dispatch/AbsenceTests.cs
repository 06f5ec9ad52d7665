using Messenger.Contracts;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>Made-up users and phones wake no actor.</summary>
public sealed class AbsenceTests
{
    [Fact]
    public async Task AfterAFewFailuresOnlyThoseWhoExistAreAsked()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On("Authenticate", _ => Task.FromResult<Result<Caller>>(Strangers.NoApplication));
        server.Grains.On("LacksUser", call => Task.FromResult((string)call.Args[0]! != TestClient.User));
        using var client = await server.Connect();
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(Strangers.NoApplication.Description, (await Login(client, UserIds.FromPhone($"+3579{i:0000000}"))).Description);
        }

        Assert.Equal(10, server.Grains.Calls("Authenticate").Length);
        server.Grains.On("Authenticate", call => Task.FromResult<Result<Caller>>(new Caller(call.Key, "x")));
        Assert.Equal(Statuses.Ok, (await Login(client, TestClient.User)).Status);
    }

    [Fact]
    public async Task AConfirmationOfAPhoneThatWaitsForNoCodeIsNotBroughtToIt()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On("LacksPhone", _ => Task.FromResult(true));
        using var client = await server.Connect();
        await client.Send($$$"""{"type":"RequestConfirmRegistration","payload":{"smsCode":"123456","userId":"{{{TestClient.User}}}","uuid":"an-application-of-22-characters"}}""");
        Assert.Equal(Strangers.NoCode.Description, (await client.Status()).Description);
        Assert.Empty(server.Grains.Calls("Confirm"));
    }

    private static async Task<ResponseStatusMessage> Login(TestClient client, string user)
    {
        await client.Send($$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{user}}}","uuid":"an-application-of-22-characters"}}""");
        return await client.Status();
    }
}
