using Messenger.Contracts;
using Messenger.Gateway.Tests.Fixture;
using Messenger.Protocol;

namespace Messenger.Gateway.Tests.Dispatch;

/// <summary>Who may ask for what, and how a connection becomes an application's.</summary>
public class LoginTests
{
    private const string Typing = """{"type":"RequestTyping","payload":{"conversationUuid":"6921d2fd-e88c-4802-bb70-d7a18770939e"}}""";

    [Fact]
    public async Task GuestsAreServedTheirFiveAndNothingElse()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Connect();
        await client.Send("""{"type":"RequestGetServerSettings"}""");
        var settings = (await client.Json()).GetProperty("payload");
        Assert.Equal("#2e7d32", settings.GetProperty("theme").GetProperty("buttonBackground").GetString());
        Assert.False(settings.GetProperty("bigBrother").GetBoolean());
        await client.Send($$$"""{"type":"RequestConfirmRegistration","payload":{"smsCode":"1","userId":"{{{TestClient.User}}}","uuid":"app"}}""");
        Assert.Equal(Statuses.Ok, (await client.Status()).Status);
        Assert.Equal(TestClient.User, Assert.Single(server.Grains.Calls("Confirm")).Key);

        await client.Send(Typing);
        Assert.Equal(Statuses.Unauthenticated, (await client.Status()).Status);
        Assert.Empty(server.Grains.Calls("Typing"));
    }

    [Fact]
    public async Task WhatIsSentBehindItIsServedAfterIt()
    {
        await using var server = await GatewayServer.Start();
        var grain = new TaskCompletionSource<Result<Caller>>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Grains.On(nameof(IUserGrain.Authenticate), _ => grain.Task);
        using var client = await server.Connect();
        await client.Send(Authenticate("app"));
        await client.Send(Typing);
        grain.SetResult(new Caller(TestClient.User, ApplicationNames.Of("app")));

        Assert.Equal((nameof(RequestAuthenticationByApplication), Statuses.Ok), Both(await client.Status()));
        Assert.Equal((nameof(RequestTyping), Statuses.Ok), Both(await client.Status()));
        Assert.Equal(new Caller(TestClient.User, ApplicationNames.Of("app")), Assert.Single(server.Grains.Calls("Typing")).Args[0]);
    }

    /// <summary>Somebody who is connected is found in memory and nobody nowhere: a refusal comes as late for the one as for the other. Who is right does not wait.</summary>
    [Fact]
    public async Task HowLongARefusalTakesTellsNothing()
    {
        await using var server = await GatewayServer.Start(options => options.RefusedLoginAfter = TimeSpan.FromMilliseconds(250));
        server.Grains.On(nameof(IUserGrain.Authenticate), call => Task.FromResult((string)call.Args[0]! == "right-application-0001"
            ? new Caller(call.Key, ApplicationNames.Of((string)call.Args[0]!))
            : (Result<Caller>)Error.Unauthenticated("as scripted")));
        using var client = await server.Connect();
        await client.Send(Authenticate("wrong-application-0001"));
        await client.Send("""{"type":"RequestPing"}""");

        // What is sent behind a login waits for it.
        await Eventually.True(() => server.Grains.Calls(nameof(IUserGrain.Authenticate)).Length == 1, "the login to be looked at");
        var refused = client.Status();
        server.Time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.False(refused.IsCompleted);
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Statuses.Unauthenticated, (await refused).Status);
        await client.Json();
        await client.Send(Authenticate("right-application-0001"));
        Assert.Equal(Statuses.Ok, (await client.Status()).Status);
    }

    [Fact]
    public async Task AgainIsOkAndAnotherIsAConflict()
    {
        await using var server = await GatewayServer.Start();
        using var client = await server.Login("app");
        await client.Send(Authenticate("app"));
        Assert.Equal(Statuses.Ok, (await client.Status()).Status);
        await client.Send(Authenticate("App"));
        Assert.Equal(Statuses.Conflict, (await client.Status()).Status);
        Assert.Single(server.Grains.Calls(nameof(IDeviceGrain.Connect)));
    }

    [Fact]
    public async Task ARefusalLeavesAGuest()
    {
        await using var server = await GatewayServer.Start();
        server.Grains.On(nameof(IUserGrain.Authenticate), _ => Task.FromResult<Result<Caller>>(Error.Unauthenticated("no such application")));
        using var client = await server.Connect();
        await client.Send(Authenticate("app"));
        Assert.Equal(Statuses.Unauthenticated, (await client.Status()).Status);
        await client.Send(Typing);
        Assert.Equal(Statuses.Unauthenticated, (await client.Status()).Status);
    }

    [Fact]
    public async Task ADeviceThatCannotBeReachedLeavesAGuestWhoMayTryAgain()
    {
        await using var server = await GatewayServer.Start();
        var tries = 0;
        server.Grains.On(nameof(IDeviceGrain.Connect), _ => ++tries == 1
            ? Task.FromException<Connected>(new TimeoutException())
            : Task.FromResult(new Connected(7, 0, [], false, StubGrains.Silo)));
        using var client = await server.Connect();
        await client.Send(Authenticate("app"));
        Assert.Equal(Statuses.Unavailable, (await client.Status()).Status);
        await client.Send(Authenticate("app"));
        Assert.Equal(Statuses.Ok, (await client.Status()).Status);
    }

    [Theory]
    [InlineData(true, "resync")]
    [InlineData(false, null)]
    public async Task WhatWasMissedFollowsTheAnswer(bool resync, string? description)
    {
        await using var server = await GatewayServer.Start();
        SerializedNotification Numbered(int i) => new("N", System.Text.Encoding.ASCII.GetBytes($"{i}"), true, null, 0);
        server.Grains.On(nameof(IDeviceGrain.Connect), _ =>
            Task.FromResult(new Connected(7, 2, resync ? [] : [Numbered(3), Numbered(4)], resync, StubGrains.Silo)));
        using var client = await server.Connect();
        await client.Send(Authenticate("app", ""","resumeCursor":"7-2" """));

        Assert.Equal(description, (await client.Status()).Description);
        Assert.Equal("7-2", Assert.Single(server.Grains.Calls(nameof(IDeviceGrain.Connect))).Args[1]);
        var next = resync ? 3 : 5;
        server.Publish(new GatewayEvent(0, 7, next, Numbered(next), CloseCode.None));
        for (var i = 3; i <= next; i++)
        {
            Assert.Equal($$"""{"type":"N","cursor":"7-{{i}}","payload":{{i}}}""", await client.Text());
        }
    }

    [Theory]
    [InlineData("messenger.v1", "messenger.v1")]
    [InlineData(null, null)]
    public async Task TheSubprotocolMayBeLeftOut(string? offered, string? taken)
    {
        await using var server = await GatewayServer.Start();
        using var client = await TestClient.Connect(server.Address, offered);
        Assert.Equal(taken, client.Socket.SubProtocol);
        await client.AssertAlive();
    }

    [Fact]
    public async Task WithoutAnUpgradeIs426()
    {
        await using var server = await GatewayServer.Start();
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri($"http://{server.Address.Authority}/ws"));
        Assert.Equal(426, (int)response.StatusCode);
    }

    private static string Authenticate(string uuid, string more = "") =>
        $$$"""{"type":"RequestAuthenticationByApplication","payload":{"userId":"{{{TestClient.User}}}","uuid":"{{{uuid}}}"{{{more}}}}}""";

    private static (string? Type, string Status) Both(ResponseStatusMessage message) => (message.RequestType, message.Status);
}
