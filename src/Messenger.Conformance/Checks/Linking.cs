using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>A second device without an SMS.</summary>
internal static class LinkingChecks
{
    private const string Linking = "linking";
    private const string Claimed = "NotificationLinkClaimed";
    private const string Linked = "NotificationLinked";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A new device gets one link that ends within minutes, before its login and not after", ["LINK-1"], ALinkIsGot),
        new("The first account that claims a link has it, and to others it is not there", ["LINK-2"], TheFirstClaimBinds),
        new("A link is approved by who claimed it, with the registration lock where there is one", ["LINK-3"], TheClaimantApproves),
        new("A linked device is told, also when it asks again, and logs in", ["LINK-4"], ALinkedDeviceLogsIn),
    ];

    private static async Task ALinkIsGot(CheckFixture fixture)
    {
        var owner = await fixture.Person(Linking);
        var fresh = await New(fixture, owner);
        (await fresh.Ask("RequestLinkDevice", new { uuid = "short", applicationType = "web" })).Refused("bad_request");
        var (link, expires) = await Open(fresh);
        Expect.True(Guid.TryParseExact(link, "D", out _), $"{link} is no UUID");
        var minutes = (expires - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) / 60_000.0;
        Expect.True(minutes is > 1 and < 10, $"the link ends in {minutes} minutes");
        Expect.Equal((link, expires), await Open(fresh));
        (await owner.Ask("RequestLinkDevice", Device(owner))).Refused("conflict");
    }

    private static async Task TheFirstClaimBinds(CheckFixture fixture)
    {
        var (owner, other) = (await fixture.Person(Linking), await fixture.Person());
        var fresh = await New(fixture, owner);
        var (link, _) = await Open(fresh);
        var key = Opaque.Base64(32);
        var claim = new { linkUuid = link.ToUpperInvariant(), ephemeralKeyBase64 = key };
        foreach (var answer in new[] { await owner.Ask("RequestClaimLink", claim), await owner.Ask("RequestClaimLink", claim) })
        {
            var shown = answer.Done();
            Expect.Equal(("web", "Firefox", false), (shown.Text("applicationType"), shown.Text("model"), shown.IsNull("sameNetwork")));
        }

        var told = await fresh.Notified(Claimed);
        Expect.Equal((owner.UserId, key), (told.Payload.Text("userId"), told.Payload.Text("ephemeralKeyBase64")));
        (await owner.Ask("RequestClaimLink", new { linkUuid = link, ephemeralKeyBase64 = Opaque.Base64(32) })).Refused("conflict");
        (await other.Ask("RequestClaimLink", claim)).Refused("not_found");
        (await owner.Ask("RequestClaimLink", new { linkUuid = Opaque.Uuid(), ephemeralKeyBase64 = key })).Refused("not_found");
    }

    private static async Task TheClaimantApproves(CheckFixture fixture)
    {
        var owner = await fixture.Newcomer();
        await fixture.Name(owner, Linking, "lock");
        var other = await fixture.Person();
        var verifier = Opaque.Base64(32);
        (await owner.Ask("RequestSetRegistrationLock", new { verifier })).Done();
        var (link, _) = await Open(await New(fixture, owner));
        var body = Opaque.Base64(100);
        (await owner.Ask("RequestApproveLink", new { linkUuid = link, bodyEncryptedBase64 = body, registrationLock = verifier })).Refused("not_found");
        (await owner.Ask("RequestClaimLink", new { linkUuid = link, ephemeralKeyBase64 = Opaque.Base64(32) })).Done();
        (await owner.Ask("RequestApproveLink", new { linkUuid = link, bodyEncryptedBase64 = Opaque.Base64((32 * 1024) + 1), registrationLock = verifier })).Refused("bad_request");
        (await other.Ask("RequestApproveLink", new { linkUuid = link, bodyEncryptedBase64 = body })).Refused("not_found");
        var without = await owner.Ask("RequestApproveLink", new { linkUuid = link, bodyEncryptedBase64 = body });
        without.Refused("forbidden");
        Expect.True(without.Payload.Flag("registrationLock"), "a refusal for want of the lock says so");
        (await owner.Ask("RequestApproveLink", new { linkUuid = link, bodyEncryptedBase64 = body, registrationLock = Opaque.Base64(32) })).Refused("forbidden");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            (await owner.Ask("RequestApproveLink", new { linkUuid = link, bodyEncryptedBase64 = body, registrationLock = verifier })).Done();
        }
    }

    private static async Task ALinkedDeviceLogsIn(CheckFixture fixture)
    {
        var owner = await fixture.Newcomer();
        await fixture.Name(owner, Linking);
        var fresh = await New(fixture, owner);
        var (link, _) = await Open(fresh);
        (await fresh.Ask("RequestAuthenticationByApplication", new { userId = owner.UserId, uuid = fresh.Account.Application })).Refused("unauthenticated");
        (await owner.Ask("RequestClaimLink", new { linkUuid = link, ephemeralKeyBase64 = Opaque.Base64(32) })).Done();
        await fresh.Notified(Claimed);
        var body = Opaque.Base64(100);
        (await owner.Ask("RequestApproveLink", new { linkUuid = link, bodyEncryptedBase64 = body })).Done();
        var told = await fresh.Notified(Linked);
        Expect.Equal((owner.UserId, body), (told.Payload.Text("userId"), told.Payload.Text("bodyEncryptedBase64")));

        // Its connection was lost before it had read that.
        await fresh.Connection.Cut();
        await Connect(fixture, fresh);
        Expect.Equal(link, (await Open(fresh)).Link);
        Expect.Equal(body, (await fresh.Notified(Linked)).Payload.Text("bodyEncryptedBase64"));

        (await fresh.Ask("RequestAuthenticationByApplication", new { userId = owner.UserId, uuid = fresh.Account.Application })).Done();
        await owner.Notified("AuthenticationByApplicationNotification", heard => !heard.Payload.GetProperty("application").Flag("online"));
        (await fresh.Ask("RequestGetConversationsFull", new { })).Done();
    }

    private static async Task<Phone> New(CheckFixture fixture, Phone owner)
    {
        var phone = fixture.Unconnected(owner.Account.Another());
        await Connect(fixture, phone);
        return phone;
    }

    private static async Task Connect(CheckFixture fixture, Phone phone)
    {
        await phone.Connect(fixture.Url);
        phone.Connection.Features = [Linking];
    }

    private static async Task<(string Link, long Expires)> Open(Phone fresh)
    {
        var answer = (await fresh.Ask("RequestLinkDevice", Device(fresh))).Done();
        return (answer.Text("linkUuid")!, answer.Number("expires"));
    }

    private static object Device(Phone phone) => new { uuid = phone.Account.Application, applicationType = "web", model = "Firefox" };
}
