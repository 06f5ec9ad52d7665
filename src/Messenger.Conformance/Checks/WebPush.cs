using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Push tokens that are subscriptions of browsers.</summary>
internal static class WebPushChecks
{
    private const string WebPush = "web-push";
    private const string SetToken = "RequestUpdateDeviceTokenByApplication";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A subscription of a browser is looked at, and refused in the same words whatever is wrong", ["WEB-1"], SubscriptionsAreLookedAt),
        new("A push token is told to its own application, and whether there is one to all", ["WEB-2"], TokensAreTheirOwn),
    ];

    private static async Task SubscriptionsAreLookedAt(CheckFixture fixture)
    {
        var phone = await fixture.Person(WebPush);
        var uuid = phone.Account.Application;
        phone.Connection.Features = [WebPush, CheckFixture.Extended];
        var settings = (await phone.Ask("RequestGetServerSettings", new { features = Array.Empty<string>() })).Done();
        Expect.Equal(65, Base64Url.DecodeFromChars(settings.Text("vapidPublicKey")).Length);
        (await phone.Ask(SetToken, new { token = Subscription("https://updates.push.services.mozilla.com/wpush/v2/x"), uuid })).Done();
        var words = new HashSet<string?>();
        foreach (var token in new[]
        {
            Subscription("http://updates.push.services.mozilla.com/x"), Subscription("https://updates.push.services.mozilla.com:8443/x"), Subscription("https://127.0.0.1/x"),
            Subscription("https://[::1]/x"), Subscription("https://localhost/x"), Subscription("https://web.push.apple.com/x", key: new byte[65]),
            Subscription("https://web.push.apple.com/x", auth: new byte[15]), "{}", "{",
        })
        {
            var answer = await phone.Ask(SetToken, new { token, uuid });
            answer.Refused("bad_request");
            words.Add(answer.Description);
        }

        Expect.Equal(1, words.Count);
        (await phone.Ask(SetToken, new { uuid })).Done();
    }

    private static async Task TokensAreTheirOwn(CheckFixture fixture)
    {
        var first = await fixture.Person(WebPush);
        var second = await fixture.Second(first);
        var token = Opaque.Uuid();
        (await first.Ask(SetToken, new { token, uuid = first.Account.Application })).Done();
        var own = (await first.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().Items("applications").Single(one => one.Text("uuid") == first.Account.Application);
        Expect.Equal((token, true), (own.Text("deviceToken"), own.Flag("pushToken")));
        var seen = (await second.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().Items("applications");
        Expect.All(seen.Where(one => one.Text("uuid") != second.Account.Application), one => Expect.True(one.IsNull("deviceToken"), "a token of another's is told to nobody"));
        (await first.Ask(SetToken, new { uuid = first.Account.Application })).Done();
        own = (await first.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().Items("applications").Single(one => one.Text("uuid") == first.Account.Application);
        Expect.False(own.Flag("pushToken"), "it has none any more");
    }

    private static string Subscription(string endpoint, byte[]? key = null, byte[]? auth = null)
    {
        using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = browser.ExportParameters(includePrivateParameters: false).Q;
        return JsonSerializer.Serialize(new
        {
            endpoint,
            keys = new { p256dh = Base64Url.EncodeToString(key ?? [4, .. point.X!, .. point.Y!]), auth = Base64Url.EncodeToString(auth ?? RandomNumberGenerator.GetBytes(16)) },
        });
    }
}
