using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Registering, authenticating, and the applications of a person.</summary>
internal static class RegistrationChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Before authentication five requests are served and the rest are not", ["ENV-9", "ENV-5", "REG-8"], BeforeAuthenticationFiveRequestsAreServedAndTheRestAreNot),
        new("A confirmation does not authenticate", ["REG-5"], AConfirmationDoesNotAuthenticate),
        new("The phone number must be one and the user id its hash", ["REG-1", "FMT-1"], ThePhoneNumberMustBeOneAndTheUserIdItsHash),
        new("Five wrong codes void the code", ["REG-4"], FiveWrongCodesVoidTheCode),
        new("A code confirms the application that asked for it and no other", ["REG-4"], ACodeConfirmsTheApplicationThatAskedForItAndNoOther),
        new("An application uuid is opaque and case sensitive", ["FMT-3"], AnApplicationUuidIsOpaqueAndCaseSensitive),
        new("Authenticating the same again is ok and as another is a conflict", ["REG-6"], AuthenticatingTheSameAgainIsOkAndAsAnotherIsAConflict),
        new("A newer connection of the same application displaces the older", ["REG-7", "CLOSE-4"], ANewerConnectionOfTheSameApplicationDisplacesTheOlder),
        new("The other devices hear of a login and see who is online", ["REG-7", "REG-10", "REG-14"], TheOtherDevicesHearOfALoginAndSeeWhoIsOnline),
        new("Applications are listed newest first and confirmed filters", ["REG-10"], ApplicationsAreListedNewestFirstAndConfirmedFilters),
        new("A client that says it is too old is refused and closed with 4010", ["REG-17", "CLOSE-4"], ATooOldClientIsClosed),
        new("A deleted application is closed with 4003 and its credential is void", ["REG-11", "REG-8", "REG-14", "CLOSE-4"], ADeletedApplicationIsClosedWith4003AndItsCredentialIsVoid),
        new("A push token is set for one's own applications only", ["REG-9", "FMT-6"], APushTokenIsSetForOnesOwnApplicationsOnly),
        new("A push token belongs to who set it last", ["REG-13"], APushTokenBelongsToWhoSetItLast),
        new("An application uuid that could be guessed is refused", ["FMT-3"], AShortApplicationUuidIsRefused),
    ];

    private static async Task BeforeAuthenticationFiveRequestsAreServedAndTheRestAreNot(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();

        (await stranger.Ask("RequestPing", new { clientVersion = "7.14", when = 1 })).Done();
        (await stranger.Ask("RequestGetServerSettings", new { })).Done();
        (await stranger.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Refused("unauthenticated");
        (await stranger.Ask("RequestTyping", new { conversationUuid = Opaque.Uuid() })).Refused("unauthenticated");
        (await stranger.Ask("GetBlackList", new { userId = (string?)null })).Refused("unauthenticated");
        (await stranger.Authenticate()).Refused("unauthenticated");
        await fixture.RequestCode(stranger);
        (await Confirm(stranger, await stranger.Code())).Done();
        await stranger.Login();
        (await stranger.Ask("GetBlackList", new { userId = (string?)null })).Done();
    }

    private static async Task AConfirmationDoesNotAuthenticate(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        await fixture.RequestCode(stranger);
        (await Confirm(stranger, await stranger.Code())).Done();

        (await stranger.Ask("GetBlackList", new { userId = (string?)null })).Refused("unauthenticated");
    }

    private static async Task ThePhoneNumberMustBeOneAndTheUserIdItsHash(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        var (good, other) = (stranger.Account, fixture.Nobody());

        (await Register(stranger, good.OpenUserId, other.UserId)).Refused("bad_request");
        var local = good with { OpenUserId = "99123456" };
        (await Register(stranger, local.OpenUserId, local.UserId)).Refused("bad_request");
        var words = good with { OpenUserId = "+alice" };
        (await Register(stranger, words.OpenUserId, words.UserId)).Refused("bad_request");

        static Task<Response> Register(Phone phone, string openUserId, string userId) => phone.Ask(
            "RequestRegisterApplication", new { applicationType = "ios", openUserId, userId, uuid = Opaque.Uuid() });
    }

    private static async Task FiveWrongCodesVoidTheCode(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        await fixture.RequestCode(stranger);

        var code = await stranger.Code();
        for (var i = 0; i < 5; i++)
        {
            (await Confirm(stranger, KnownCodes.Wrong(code))).Refused("forbidden");
        }

        (await Confirm(stranger, code)).Refused("forbidden");
    }

    private static async Task ACodeConfirmsTheApplicationThatAskedForItAndNoOther(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        await fixture.RequestCode(stranger);

        (await stranger.Ask("RequestConfirmRegistration", new
        {
            smsCode = await stranger.Code(),
            userId = stranger.UserId,
            uuid = Opaque.Uuid(),
        })).Refused("forbidden");
    }

    private static async Task AnApplicationUuidIsOpaqueAndCaseSensitive(CheckFixture fixture)
    {
        var account = fixture.Nobody() with { Application = "6F-C2C6B7B15065-6396923166703690188" };
        var phone = await fixture.Newcomer(account);
        await phone.Connect(fixture.Url);

        (await phone.Ask("RequestAuthenticationByApplication", new { userId = phone.UserId, uuid = account.Application.ToLowerInvariant() })).Refused("unauthenticated");
        await phone.Login();
    }

    private static async Task AuthenticatingTheSameAgainIsOkAndAsAnotherIsAConflict(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();

        (await a.Authenticate()).Done();
        (await a.Ask("RequestAuthenticationByApplication", new { userId = b.UserId, uuid = b.Account.Application })).Refused("conflict");
        (await a.Ask("GetBlackList", new { userId = a.UserId })).Done();
    }

    private static async Task ANewerConnectionOfTheSameApplicationDisplacesTheOlder(CheckFixture fixture)
    {
        var phone = await fixture.Person();
        var older = phone.Connection;
        var again = fixture.Unconnected(phone.Account);
        await again.Connect(fixture.Url);
        await again.Login();

        Expect.Equal(4001, await older.Closing());
        (await again.Ask("GetBlackList", new { userId = (string?)null })).Done();
    }

    private static async Task TheOtherDevicesHearOfALoginAndSeeWhoIsOnline(CheckFixture fixture)
    {
        var first = await fixture.Newcomer();
        var second = await fixture.NewDevice(first);

        var told = await first.Notified("AuthenticationByApplicationNotification");
        var application = told.Payload.GetProperty("application");
        var name = application.Text("uuid")!;
        Expect.NotEqual(second.Account.Application, name);
        Expect.True(name.Length >= 22, name);
        Expect.True(application.IsNull("smsCode"));
        Expect.Equal([name, first.Account.Application], (await Applications(first)).Select(item => item.Text("uuid")!));

        // Each sees its own uuid, and of the other a name that stays.
        var seen = (await Applications(second)).Select(item => item.Text("uuid")!).ToList();
        Expect.Equal(second.Account.Application, seen[0]);
        Expect.NotEqual(first.Account.Application, seen[1]);
        await second.Connection.Cut();
        await Timeouts.Until(
            async () => !(await Applications(first)).Single(item => item.Text("uuid") == name).Flag("online"),
            Timeouts.Recovery,
            () => "a device whose connection is gone is still online");
        Expect.True((await Applications(first)).Single(item => item.Text("uuid") == first.Account.Application).Flag("online"));
        await second.Return(fixture.Url);
        Expect.Equal(name, (await first.Notified("AuthenticationByApplicationNotification")).Payload.GetProperty("application").Text("uuid")!);

        // The name opens nothing.
        var thief = fixture.Unconnected(second.Account with { Application = name });
        await thief.Connect(fixture.Url);
        (await thief.Authenticate()).Refused("unauthenticated");
    }

    private static async Task ApplicationsAreListedNewestFirstAndConfirmedFilters(CheckFixture fixture)
    {
        var first = await fixture.Newcomer();
        var second = await fixture.NewDevice(first);
        var pending = await fixture.Stranger(first.Account.Another());
        await fixture.RequestCode(pending);

        var confirmed = await Applications(first);

        Expect.Equal(2, confirmed.Length);
        Expect.Equal(first.Account.Application, confirmed[1].Text("uuid"));
        var all = (await first.Ask("RequestGetApplicationsFull", new { confirmed = (bool?)null })).Done().Items("applications");
        Expect.Equal([false, true, true], all.Select(item => item.Flag("confirmed")));
        Expect.DoesNotContain(all, item => item.Text("uuid") == second.Account.Application || item.Text("uuid") == pending.Account.Application);
        Expect.All(confirmed, item => Expect.True(item.Flag("confirmed") && item.IsNull("smsCode")));
    }

    private static async Task ATooOldClientIsClosed(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        stranger.Connection.Features = [CheckFixture.Extended];
        var settings = (await stranger.Ask("RequestGetServerSettings", new { features = Array.Empty<string>() })).Done();
        if (!settings.TryGetProperty("minClientVersion", out var versions) || !versions.TryGetProperty("android", out var least))
        {
            throw new NotTriedException("this server takes every version of an android client");
        }

        var phone = await fixture.Person();
        var (userId, uuid) = (phone.UserId, phone.Account.Application);
        foreach (var (version, taken) in new (string?, bool)[] { (null, true), (least.GetString(), true), ("999.10-beta", true), ("0.0.1", false) })
        {
            await phone.Connect(fixture.Url);
            var answer = await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid, clientVersion = version });
            if (taken)
            {
                answer.Done();
                continue;
            }

            answer.Refused("forbidden");
            Expect.Equal(4010, await phone.Connection.Closing());
        }

        await phone.Connect(fixture.Url);
        (await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid, clientVersion = "two" })).Refused("bad_request");
        (await phone.Ask("RequestAuthenticationByApplication", new { userId, uuid })).Done();
    }

    private static async Task ADeletedApplicationIsClosedWith4003AndItsCredentialIsVoid(CheckFixture fixture)
    {
        var first = await fixture.Newcomer();
        var second = await fixture.NewDevice(first);
        var other = await fixture.Person();

        (await first.Ask("RequestDeleteApplication", new { uuid = other.Account.Application })).Refused("not_found");
        (await first.Ask("RequestDeleteApplication", new { uuid = second.Account.Application })).Refused("not_found");
        (await first.Ask("RequestDeleteApplication", new { uuid = (await Applications(first))[0].Text("uuid") })).Done();

        Expect.Equal(4003, await second.Connection.Closing());
        await second.Connect(fixture.Url);
        (await second.Authenticate()).Refused("unauthenticated");
        Expect.Single(await Applications(first));
    }

    private static async Task APushTokenIsSetForOnesOwnApplicationsOnly(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();

        (await a.Ask("RequestUpdateDeviceTokenByApplication", new { token = "t1", userId = a.UserId, uuid = a.Account.Application })).Done();
        (await a.Ask("RequestUpdateDeviceTokenByApplication", new { token = "t1", userId = b.UserId, uuid = a.Account.Application })).Refused("forbidden");
        (await a.Ask("RequestUpdateDeviceTokenByApplication", new { token = "t1", userId = a.UserId, uuid = b.Account.Application })).Refused("not_found");
        Expect.Equal("t1", (await Applications(a)).Single(item => item.Text("uuid") == a.Account.Application).Text("deviceToken"));
    }

    private static async Task APushTokenBelongsToWhoSetItLast(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var token = Opaque.Base64(32);
        foreach (var (taker, loser) in new[] { (a, b), (b, a), (a, b) })
        {
            (await taker.Ask("RequestUpdateDeviceTokenByApplication", new { token, uuid = taker.Account.Application })).Done();
            Expect.Equal(token, (await Applications(taker)).Single(item => item.Text("uuid") == taker.Account.Application).Text("deviceToken"));
            Expect.True((await Applications(loser)).Single(item => item.Text("uuid") == loser.Account.Application).IsNull("deviceToken"));
        }
    }

    private static async Task AShortApplicationUuidIsRefused(CheckFixture fixture)
    {
        var account = fixture.Nobody() with { Application = new string('a', 21) };
        var phone = await fixture.Stranger(account);
        (await phone.Ask("RequestRegisterApplication", phone.Registration())).Refused("bad_request");
    }

    private static Task<Response> Confirm(Phone phone, string smsCode) =>
        phone.Ask("RequestConfirmRegistration", new { smsCode, userId = phone.UserId, uuid = phone.Account.Application });

    private static async Task<System.Text.Json.JsonElement[]> Applications(Phone phone) =>
        (await phone.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().Items("applications");
}
