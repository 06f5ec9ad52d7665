using Messenger.Contracts;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>Clients that are older than the operator takes.</summary>
public sealed class ClientGateTests
{
    private const string Uuid = "an-application-of-22-characters";

    private static readonly Caller Known = new(TestClient.User, ApplicationNames.Of(Uuid)) { ApplicationType = "android" };

    [Fact]
    public async Task WhoIsTooOldIsClosedAndNobodyHearsOfIt()
    {
        await using var server = await Start(Known);
        using (var client = await server.Connect())
        {
            Assert.Equal(Statuses.Forbidden, (await Login(client, TestClient.User, "2.3.9")).Status);
            Assert.Equal((int)CloseCode.ClientTooOld, (await client.Closed()).Code);
        }

        Assert.Empty(server.Grains.Calls(nameof(IUserGrain.Authenticate)));
        foreach (var version in new[] { "2.4", "2.10-beta", null })
        {
            using var client = await server.Connect();
            Assert.Equal(Statuses.Ok, (await Login(client, TestClient.User, version)).Status);
        }
    }

    /// <summary>A version is no way past the door: strangers wake no actor by it.</summary>
    [Fact]
    public async Task OnlyThoseWhoExistAreAskedForTheirType()
    {
        await using var server = await Start(Strangers.NoApplication);
        server.Grains.On("LacksUser", call => Task.FromResult((string)call.Args[0]! != TestClient.User));
        using var client = await server.Connect();
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(Strangers.NoApplication.Description, (await Login(client, UserIds.FromPhone($"+3579{i:0000000}"), "2.3")).Description);
        }

        Assert.Equal(10, server.Grains.Calls(nameof(IUserGrain.Verify)).Length);
    }

    private static async Task<GatewayServer> Start(Result<Caller> answer)
    {
        var server = await GatewayServer.Start();
        server.Get<IOptions<SettingsOptions>>().Value.MinClientVersion["android"] = "2.4";
        server.Grains.On(nameof(IUserGrain.Verify), _ => Task.FromResult(answer));
        server.Grains.On(nameof(IUserGrain.Authenticate), _ => Task.FromResult(answer));
        return server;
    }

    private static async Task<ResponseStatusMessage> Login(TestClient client, string user, string? version)
    {
        var says = version is null ? "" : $"""
            ,"clientVersion":"{version}"
            """;
        await client.Send($$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{user}}}","uuid":"{{{Uuid}}}"{{{says}}}}}""");
        return await client.Status();
    }
}
