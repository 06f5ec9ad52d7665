using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>What the seed's examples show beyond their fields: orders, and who is told.</summary>
internal static class SeedExactChecks
{
    private const string Introduced = "NotificationAddMemberToConversation";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A registration may leave the userId out", ["REG-1"], TheUserIdMayBeLeftOut),
        new("A late attempt of one run does not displace a later one", ["REG-15"], ALateAttempt),
        new("One's other devices hear of new keys", ["PRO-1"], OnesOtherDevicesHearOfNewKeys),
        new("The creator's other devices hear of what was created, also alone", ["CONV-4"], TheCreatorsOtherDevices),
        new("Admins stand as they were named, the creator last", ["CONV-1"], AdminsStandAsNamed),
        new("Either side of an open dialog deletes a message, a blacklisted one its own alone", ["MSG-9", "CON-7"], EitherSideDeletes),
        new("A body is counted decoded and need not be Base64", ["MSG-5"], ABodyIsCountedDecoded),
        new("A file stands before its preview", ["FILE-14"], AFileStandsBeforeItsPreview),
    ];

    private static async Task TheUserIdMayBeLeftOut(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        var reply = await stranger.Ask("RequestRegisterApplication", new
        {
            applicationType = "android",
            openUserId = stranger.Account.OpenUserId,
            uuid = stranger.Account.Application,
        });
        if (reply.Status == "too_many_requests")
        {
            throw new NotTriedException("this server sends no more codes just now");
        }

        reply.Done();
        (await stranger.Ask("RequestConfirmRegistration", new { smsCode = await stranger.Code(), userId = stranger.UserId, uuid = stranger.Account.Application })).Done();
        await stranger.Login();
    }

    private static async Task ALateAttempt(CheckFixture fixture)
    {
        var phone = await fixture.Person();
        var late = fixture.Unconnected(phone.Account);
        var other = fixture.Unconnected(phone.Account);
        await phone.Connect(fixture.Url);
        (await Attempt(phone, "one", 2)).Done();
        await late.Connect(fixture.Url);
        (await Attempt(late, "one", 1)).Refused("conflict");
        (await phone.Ask("RequestPing", new { when = 1 })).Done();
        Expect.True(phone.IsConnected, "the late attempt displaced the live connection");

        // Another run is another process of the client, and counts from wherever it likes.
        await other.Connect(fixture.Url);
        (await Attempt(other, "two", 1)).Done();
        Expect.Equal(4001, await phone.Connection.Closing());

        static Task<Response> Attempt(Phone phone, string run, int n) =>
            phone.Ask("RequestAuthenticationByApplication", new { userId = phone.UserId, uuid = phone.Account.Application, attempt = new { run, n } });
    }

    private static async Task OnesOtherDevicesHearOfNewKeys(CheckFixture fixture)
    {
        var first = await fixture.Person();
        var second = await fixture.Second(first);
        await first.AddKeys();
        var told = await second.Notified("NotificationNewPublicKey", told => told.Payload.Text("userId") == first.UserId);
        Expect.True(told.Payload.IsNull("conversationUuid"));
        (await first.Ask("RequestPing", new { when = 1 })).Done();
        Expect.Empty(first.Connection.Inbox.Left("NotificationNewPublicKey"));
    }

    private static async Task TheCreatorsOtherDevices(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var second = await fixture.Second(a);
        var alone = await a.Group();
        Expect.Equal(a.UserId, (await Told(second, alone)).Text("userId"));
        var both = await a.Group(b);
        Expect.Equal(a.UserId, (await Told(second, both)).Text("userId"));
        Expect.Equal(b.UserId, (await Told(second, both)).Text("userId"));
        await b.HearEvent(both, "Added");
        Expect.Equal(b.UserId, (await Told(b, both)).Text("userId"));
        Expect.DoesNotContain(b.Connection.Inbox.Left(Introduced), told => told.Payload.Text("userId") == a.UserId && told.Payload.GetProperty("conversation").Is("uuid", both.Uuid));

        static async Task<System.Text.Json.JsonElement> Told(Phone phone, ConversationHandle conversation) =>
            (await phone.Notified(Introduced, told => told.Payload.GetProperty("conversation").Is("uuid", conversation.Uuid))).Payload;
    }

    private static async Task AdminsStandAsNamed(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Create(isDialog: false, admins: [c, b], members: []);
        var admins = (await a.Conversation(conversation)).GetProperty("conversation").Texts("admins");
        Expect.Equal(a.UserId, admins[^1]);
        Expect.Equal([c.UserId, b.UserId, a.UserId], admins);
        var dialog = await a.Dialog(b);
        Expect.Equal([b.UserId, a.UserId], (await b.Conversation(dialog)).GetProperty("conversation").Texts("admins"));
    }

    private static async Task EitherSideDeletes(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var (first, second, own) = ((await a.Say(conversation)).Text("uuid")!, (await a.Say(conversation)).Text("uuid")!, (await b.Say(conversation)).Text("uuid")!);
        (await Delete(b, first)).Done();
        Expect.Equal(b.UserId, (await a.Notified("DeleteMessageNotification", told => told.Payload.Is("messageUuid", first))).Payload.Text("userId"));

        (await a.Ask("AddBlackList", new { userId = b.UserId })).Done();
        (await Delete(b, second)).Refused("forbidden");
        (await Delete(b, own)).Done();
        var theirs = (await a.Say(conversation)).Text("uuid")!;
        (await Delete(a, theirs)).Done();

        // In a group it is its author, or an admin.
        (await a.Ask("RemoveBlackList", new { userId = b.UserId })).Done();
        var group = await a.Group(b);
        var uuid = (await a.Say(group)).Text("uuid")!;
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = group.Uuid, uuid })).Refused("forbidden");

        Task<Response> Delete(Phone who, string uuid) => who.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid });
    }

    private static async Task ABodyIsCountedDecoded(CheckFixture fixture)
    {
        const int Most = 64 * 1024;
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        foreach (var body in new[] { Convert.ToBase64String(new byte[Most]), new string('!', Most) })
        {
            var uuid = (await a.Say(conversation, body: body)).Text("uuid")!;
            Expect.True((await b.Hear(uuid)).Text("bodyEncryptedBase64") == body, "the body is not what was sent");
        }

        (await a.Ask("RequestAddMessage", conversation.Draft(body: Convert.ToBase64String(new byte[Most + 1])))).Refused("bad_request");
    }

    private static async Task AFileStandsBeforeItsPreview(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var (conversation, message) = await FileChecks.Announced(a, b);
        using var http = await FileChecks.Http(fixture, a);
        foreach (var query in new[] { "fileNameEncrypted=cHJldmlldw%3D%3D&mimeType=image/jpeg", "fileNameEncrypted=ZmlsZQ%3D%3D&mimeType=image/jpeg&previewFileNameEncrypted=cHJldmlldw%3D%3D" })
        {
            using var up = await http.PostAsync(new Uri($"upload/conversation_{conversation.Uuid}/{message}?{query}", UriKind.Relative), new ByteArrayContent(FileChecks.Content));
            Expect.InRange((int)up.StatusCode, 200, 299);
        }

        foreach (var type in new[] { "RequestGetFiles", "RequestGetFilesFast" })
        {
            var files = (await b.Ask(type, new { conversationUuid = conversation.Uuid, messageUuid = message })).Done().Items("files");
            Expect.Equal(["ZmlsZQ==", "cHJldmlldw=="], files.Select(file => file.Text("fileNameEncrypted")!));
        }
    }
}
