using System.Globalization;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Relays for calls, and where calls are pushed to.</summary>
internal static class CallsChecks
{
    private const string Calls = "calls";

    /// <summary>In an hour.</summary>
    private const int Most = 20;

    public static IReadOnlyList<Check> All { get; } =
    [
        new("Call servers come with credentials that say when they end and not whose they are", ["CALL-1", "CALL-2"], CredentialsNameNobody),
        new("Call servers may be asked for 20 times an hour", ["CALL-3"], TwentyAnHour),
        new("A token for calls follows the rules of the other one", ["CALL-4"], ATokenForCalls),
    ];

    private static async Task CredentialsNameNobody(CheckFixture fixture)
    {
        var phone = await fixture.Person(Calls);
        var (name, expires) = await Ask(phone);
        var hours = TimeSpan.FromMilliseconds(expires - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).TotalHours;
        Expect.True(hours is > 0 and < 8 * 24, $"the credentials end in {hours} h");

        // The same person is called the same at a relay, from whichever phone; somebody else is not. Midnight may pass in between: once.
        var (again, second) = ((await Ask(phone)).Name, (await Ask(await fixture.Second(phone))).Name);
        Expect.True(name == again || again == second, $"one person is called {name}, {again}, {second}");
        Expect.NotEqual(second, (await Ask(await fixture.Person())).Name);
    }

    private static async Task TwentyAnHour(CheckFixture fixture)
    {
        var phone = await fixture.Person(Calls);
        for (var i = 0; i <= Most; i++)
        {
            var reply = await phone.Ask("RequestGetCallServers", new { });
            if (reply.Status == "too_many_requests")
            {
                Expect.True(Limit.Seconds(reply.Description!) is not null, $"no seconds at the end of '{reply.Description}'");
                return;
            }

            reply.Done();
        }

        throw new NotTriedException(LimitChecks.Off);
    }

    private static async Task ATokenForCalls(CheckFixture fixture)
    {
        var phone = await fixture.Person(Calls);
        var uuid = phone.Account.Application;
        (await phone.Ask("RequestUpdateDeviceTokenByApplication", new { token = "t" + Opaque.Uuid(), voipToken = "v" + Opaque.Uuid(), uuid })).Done();
        (await phone.Ask("RequestUpdateDeviceTokenByApplication", new { token = "t" + Opaque.Uuid(), voipToken = new string('v', 4097), uuid })).Refused("bad_request");
        (await phone.Ask("RequestUpdateDeviceTokenByApplication", new { voipToken = "v" + Opaque.Uuid(), uuid })).Refused("bad_request");
        (await phone.Ask("RequestUpdateDeviceTokenByApplication", new { uuid })).Done();
    }

    /// <summary>What the relay calls whoever asked, and until when.</summary>
    private static async Task<(string Name, long Expires)> Ask(Phone phone)
    {
        var answer = (await phone.Ask("RequestGetCallServers", new { })).Done();
        var expires = answer.Number("expires");
        var servers = answer.Items("iceServers");
        Expect.True(servers.Length > 0, "there is a server");
        foreach (var server in servers)
        {
            Expect.True(server.Texts("urls") is { Length: > 0 } urls && urls.All(url => url.StartsWith("turn", StringComparison.Ordinal)), "a server has URLs");
            Expect.Equal(20, Convert.FromBase64String(server.Text("credential")!).Length);
            Expect.False(server.Text("username")!.Contains(phone.UserId, StringComparison.Ordinal), "a relay is not told who somebody is");
        }

        var username = servers[0].Text("username")!.Split(':', 2);
        Expect.Equal(expires / 1000, long.Parse(username[0], CultureInfo.InvariantCulture));
        return (username[1], expires);
    }
}
