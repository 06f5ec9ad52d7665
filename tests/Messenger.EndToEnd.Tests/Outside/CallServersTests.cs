using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Outside;

/// <summary>What clients are told of relays, tried on a real coturn.</summary>
[Trait("Needs", "Servers")]
public class CallServersTests
{
    private const string Secret = "the relay's own secret";

    [Fact]
    public async Task A_relay_takes_the_credentials_and_no_others()
    {
        await using var relay = await TurnServer.Start("a secret that is being retired", Secret);
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Calls__TurnUris", relay.Uri), ("Calls__TurnSecrets", Secret + ", a secret to come!")));
        await using var phone = await Phone.Join(server.Settings);

        var answer = (await phone.Ask("RequestGetCallServers", new { })).Done().GetProperty("iceServers")[0];

        var (username, credential) = (answer.Text("username")!, answer.Text("credential")!);
        Assert.Equal([relay.Uri], answer.Texts("urls"));
        Assert.True(relay.Relays(username, credential), "the relay takes what the server made");
        Assert.False(relay.Relays(username.Replace(':', '1'), credential), "it is bound to its time and name");
        Assert.False(relay.Relays(username, Convert.ToBase64String(new byte[20])), "it is no other");
    }

    [Fact]
    public async Task Where_nothing_is_configured_calls_are_not_offered()
    {
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(("Calls__TurnUris", ""), ("Calls__TurnSecrets", "")));
        await using var phone = await Phone.Join(server.Settings);

        (await phone.Ask("RequestGetCallServers", new { })).Refused("bad_request");
        phone.Connection.Features = [CheckFixture.Extended];
        Assert.DoesNotContain("calls", (await phone.Ask("RequestGetServerSettings", new { features = Array.Empty<string>() })).Done().Texts("features"));
    }
}
