using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>The registration lock, and who vouches for whom.</summary>
internal static class LockChecks
{
    private const string Lock = "lock";

    /// <summary>As if made of a PIN.</summary>
    private static string Verifier => Opaque.Base64(32);

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A verifier is 32 bytes, and a lock is asked for after a right code", ["LOCK-1", "LOCK-2", "LOCK-7"], ALockIsAskedFor),
        new("An application approves another of its user and nobody else's", ["LOCK-6"], OnlyOnesOwnIsApproved),
        new("A new uuid is right beside the old one until it has been used", ["LOCK-8"], ANewUuidTakesOver),
    ];

    private static async Task ALockIsAskedFor(CheckFixture fixture)
    {
        var first = await fixture.Newcomer();
        var verifier = Verifier;
        (await first.Ask("RequestSetRegistrationLock", new { verifier = "1234" })).Refused("bad_request");
        (await first.Ask("RequestSetRegistrationLock", new { verifier })).Done();

        var second = fixture.Unconnected(first.Account.Another());
        await second.Connect(fixture.Url);
        second.Connection.Features = [Lock];
        await fixture.RequestCode(second);
        var (code, userId, uuid) = (await second.Code(), second.UserId, second.Account.Application);
        string[] features = [Lock];
        var without = await second.Ask("RequestConfirmRegistration", new { smsCode = code, userId, uuid, features });
        without.Refused("forbidden");
        Expect.True(without.Payload.GetProperty("registrationLock").GetBoolean(), "a refusal for want of the lock says so");
        Expect.False((await first.Notified("AuthenticationByApplicationNotification")).Payload.GetProperty("application").Flag("confirmed"), "nothing was confirmed");
        (await second.Ask("RequestConfirmRegistration", new { smsCode = code, userId, uuid, features, registrationLock = Verifier })).Refused("forbidden");
        (await second.Ask("RequestConfirmRegistration", new { smsCode = code, userId, uuid, features, registrationLock = verifier })).Done();
        await first.Notified("AuthenticationByApplicationNotification", told => told.Payload.GetProperty("application").Flag("confirmed"));
        (await first.Ask("RequestSetRegistrationLock", new { })).Done();
    }

    private static async Task OnlyOnesOwnIsApproved(CheckFixture fixture)
    {
        var phone = await fixture.Person(Lock);
        var second = await fixture.Second(phone);
        var listed = (await phone.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().GetProperty("applications").EnumerateArray().ToList();
        Expect.True(listed.TrueForAll(application => application.TryGetProperty("vouched", out _)), "each says whether it is vouched");
        var name = listed.First(application => application.Text("uuid") != phone.Account.Application).Text("uuid");
        (await phone.Ask("RequestApproveApplication", new { name })).Done();
        (await phone.Ask("RequestApproveApplication", new { name = second.Account.Application })).Refused("not_found");
        (await (await fixture.Person()).Ask("RequestApproveApplication", new { name })).Refused("not_found");
    }

    private static async Task ANewUuidTakesOver(CheckFixture fixture)
    {
        var phone = await fixture.Newcomer();
        var (userId, old, next) = (phone.UserId, phone.Account.Application, Opaque.Uuid());
        string[] features = [Lock];
        await phone.Connect(fixture.Url);
        (await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid = old, features, nextUuid = "short" })).Refused("bad_request");
        (await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid = old, features, nextUuid = next })).Done();
        await phone.Connect(fixture.Url);
        (await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid = old })).Done();
        await phone.Connect(fixture.Url);
        (await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid = next })).Done();
        await phone.Connect(fixture.Url);
        (await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid = old })).Refused("unauthenticated");
        (await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid = next })).Done();
    }
}
