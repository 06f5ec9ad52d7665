using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Registering, authenticating, and the applications of a person.</summary>
public class RegistrationTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Before_authentication_five_requests_are_served_and_the_rest_are_not()
    {
        var stranger = await Stranger();

        (await stranger.Ask("RequestPing", new { clientVersion = "7.14", when = 1 })).Done();
        (await stranger.Ask("RequestGetServerSettings", new { })).Done();
        (await stranger.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Refused("unauthenticated");
        (await stranger.Ask("RequestTyping", new { conversationUuid = Opaque.Uuid() })).Refused("unauthenticated");
        (await stranger.Ask("GetBlackList", new { userId = (string?)null })).Refused("unauthenticated");
        (await stranger.Authenticate()).Refused("unauthenticated");
        await stranger.Register();
        await stranger.Login();
        (await stranger.Ask("GetBlackList", new { userId = (string?)null })).Done();
    }

    [Fact]
    public async Task A_confirmation_does_not_authenticate()
    {
        var stranger = await Stranger();
        await stranger.Register();

        (await stranger.Ask("GetBlackList", new { userId = (string?)null })).Refused("unauthenticated");
    }

    [Fact]
    public async Task The_phone_number_must_be_one_and_the_user_id_its_hash()
    {
        var stranger = await Stranger();
        var (good, other) = (stranger.Account, Account.New());

        (await Register(stranger, good.OpenUserId, other.UserId)).Refused("bad_request");
        var local = good with { OpenUserId = "99123456" };
        (await Register(stranger, local.OpenUserId, local.UserId)).Refused("bad_request");
        var words = good with { OpenUserId = "+alice" };
        (await Register(stranger, words.OpenUserId, words.UserId)).Refused("bad_request");

        static Task<Reply> Register(Phone phone, string openUserId, string userId) => phone.Ask(
            "RequestRegisterApplication", new { applicationType = "ios", openUserId, userId, uuid = Opaque.Uuid() });
    }

    [Fact]
    public async Task Five_wrong_codes_void_the_code()
    {
        var stranger = await Stranger();
        (await stranger.Ask("RequestRegisterApplication", stranger.Registration())).Done();

        for (var i = 0; i < 5; i++)
        {
            Assert.NotEqual("ok", (await Confirm(stranger, "111111")).Status);
        }

        Assert.NotEqual("ok", (await Confirm(stranger, ServerSettings.Code)).Status);
    }

    [Fact]
    public async Task A_code_confirms_the_application_that_asked_for_it_and_no_other()
    {
        var stranger = await Stranger();
        (await stranger.Ask("RequestRegisterApplication", stranger.Registration())).Done();

        Assert.NotEqual("ok", (await stranger.Ask("RequestConfirmRegistration", new
        {
            smsCode = ServerSettings.Code,
            userId = stranger.UserId,
            uuid = Opaque.Uuid(),
        })).Status);
    }

    [Fact]
    public async Task An_application_uuid_is_opaque_and_case_sensitive()
    {
        var account = Account.New() with { Application = "6F-C2C6B7B15065-6396923166703690188" };
        var phone = Keep(await Phone.Join(Server.WebSocket, account));
        await phone.Connect(Server.WebSocket);

        (await phone.Ask("RequestAuthenticationByApplication", new { userId = phone.UserId, uuid = account.Application.ToLowerInvariant() })).Refused("unauthenticated");
        await phone.Login();
    }

    [Fact]
    public async Task Authenticating_the_same_again_is_ok_and_as_another_is_a_conflict()
    {
        var (a, b) = await Two();

        (await a.Authenticate()).Done();
        (await a.Ask("RequestAuthenticationByApplication", new { userId = b.UserId, uuid = b.Account.Application })).Refused("conflict");
        (await a.Ask("GetBlackList", new { userId = a.UserId })).Done();
    }

    [Fact]
    public async Task A_newer_connection_of_the_same_application_displaces_the_older()
    {
        var phone = await Person();
        var older = phone.Line;
        var again = Keep(new Phone(phone.Account));
        await again.Connect(Server.WebSocket);
        await again.Login();

        Assert.Equal(4001, await older.Closing());
        (await again.Ask("GetBlackList", new { userId = (string?)null })).Done();
    }

    [Fact]
    public async Task The_other_devices_hear_of_a_login_and_see_who_is_online()
    {
        var first = await Person();
        var second = await Second(first);

        var told = await first.Notified("AuthenticationByApplicationNotification");
        var application = told.Payload.GetProperty("application");
        Assert.Equal(second.Account.Application, application.Text("uuid"));
        Assert.True(application.IsNull("smsCode"));

        await second.Line.Cut();
        await Deadlines.Until(
            async () => !(await Applications(first)).Single(item => item.Text("uuid") == second.Account.Application).Flag("online"),
            Deadlines.Recovery,
            () => "a device whose connection is gone is still online");
        Assert.True((await Applications(first)).Single(item => item.Text("uuid") == first.Account.Application).Flag("online"));
    }

    [Fact]
    public async Task Applications_are_listed_newest_first_and_confirmed_filters()
    {
        var first = await Person();
        var second = await Second(first);
        var pending = Keep(new Phone(first.Account.Another()));
        await pending.Connect(Server.WebSocket);
        (await pending.Ask("RequestRegisterApplication", pending.Registration())).Done();

        var confirmed = await Applications(first);

        Assert.Equal([second.Account.Application, first.Account.Application], confirmed.Select(item => item.Text("uuid")));
        Assert.All(confirmed, item => Assert.True(item.Flag("confirmed") && item.IsNull("smsCode")));
    }

    [Fact]
    public async Task A_deleted_application_is_closed_with_4003_and_its_credential_is_void()
    {
        var first = await Person();
        var second = await Second(first);
        var other = await Person();

        (await first.Ask("RequestDeleteApplication", new { uuid = other.Account.Application })).Refused("not_found");
        (await first.Ask("RequestDeleteApplication", new { uuid = second.Account.Application })).Done();

        Assert.Equal(4003, await second.Line.Closing());
        await second.Connect(Server.WebSocket);
        (await second.Authenticate()).Refused("unauthenticated");
        Assert.Single(await Applications(first));
    }

    [Fact]
    public async Task A_push_token_is_set_for_ones_own_applications_only()
    {
        var (a, b) = await Two();

        (await a.Ask("RequestUpdateDeviceTokenByApplication", new { token = "t1", userId = a.UserId, uuid = a.Account.Application })).Done();
        (await a.Ask("RequestUpdateDeviceTokenByApplication", new { token = "t1", userId = b.UserId, uuid = a.Account.Application })).Refused("forbidden");
        (await a.Ask("RequestUpdateDeviceTokenByApplication", new { token = "t1", userId = a.UserId, uuid = b.Account.Application })).Refused("not_found");
        Assert.Equal("t1", (await Applications(a)).Single().Text("deviceToken"));
    }

    private static Task<Reply> Confirm(Phone phone, string smsCode) =>
        phone.Ask("RequestConfirmRegistration", new { smsCode, userId = phone.UserId, uuid = phone.Account.Application });

    private static async Task<System.Text.Json.JsonElement[]> Applications(Phone phone) =>
        (await phone.Ask("RequestGetApplicationsFull", new { confirmed = true })).Done().Items("applications");
}
