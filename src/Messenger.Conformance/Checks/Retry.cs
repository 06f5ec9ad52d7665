using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Guarantee 2: every write can be sent again after a lost answer.</summary>
internal static class RetryChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("A message whose answer was lost is stored once and told once", ["TRY-3", "REL-2", "MSG-3"], AMessageWhoseAnswerWasLostIsStoredOnceAndToldOnce),
        new("A retry in another case is the same message in the spelling of the first", ["TRY-3", "FMT-2"], ARetryInAnotherCaseIsTheSameMessageInTheSpellingOfTheFirst),
        new("Pipelined retries of one message store it once", ["TRY-3", "REL-2"], PipelinedRetriesOfOneMessageStoreItOnce),
        new("Every other write can be sent twice", ["TRY-5", "REL-2"], EveryOtherWriteCanBeSentTwice),
        new("Re-keying with the same wrapped keys is a retry", ["TRY-6"], ReKeyingWithTheSameWrappedKeysIsARetry),
        new("Re-keying said again after somebody else's makes no third key, and one copy more is another key", ["TRY-6", "KEY-3"], ReKeyingSaidAgainAfterSomebodyElsesMakesNoThirdKey),
        new("Who was kicked or blacklisted gets what is stored for a repeat, and writes nothing new", ["TRY-8", "TRY-3"], WhoWasKickedOrBlacklistedGetsWhatIsStoredForARepeat),
        new("Of two who create one uuid at once one has it and the other a conflict", ["TRY-4", "TRY-8"], OfTwoWhoCreateOneUuidAtOnceOneHasItAndTheOtherAConflict),
        new("A confirmation and keys can be sent again", ["TRY-7"], AConfirmationAndKeysCanBeSentAgain),
    ];

    private static async Task AMessageWhoseAnswerWasLostIsStoredOnceAndToldOnce(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var draft = conversation.Draft(Opaque.Uuid());
        var uuid = Uuid(draft);

        await a.Connection.Send("RequestAddMessage", draft);
        await a.Connection.Cut();
        (await a.Return(fixture.Url)).Done();
        var first = (await a.Ask("RequestAddMessage", draft)).Done();
        var second = (await a.Ask("RequestAddMessage", draft)).Done();

        Expect.Equal(first.GetRawText(), second.GetRawText());
        await b.Hear(uuid);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        Expect.DoesNotContain(b.Connection.Inbox.Left(ConversationSteps.AddedMessage), left => left.Payload.GetProperty("message").Is("uuid", uuid));
        Expect.Single(await a.Log(conversation), message => message.Is("uuid", uuid));
    }

    private static async Task ARetryInAnotherCaseIsTheSameMessageInTheSpellingOfTheFirst(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var uuid = Opaque.Uuid();
        var first = await a.Say(conversation, uuid.ToUpperInvariant());

        var second = await a.Say(conversation, uuid);

        Expect.Equal(uuid.ToUpperInvariant(), second.Text("uuid"));
        Expect.Equal(first.Number("created"), second.Number("created"));
        Expect.Equal(first.Text("bodyEncryptedBase64"), second.Text("bodyEncryptedBase64"));
    }

    private static async Task PipelinedRetriesOfOneMessageStoreItOnce(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var draft = conversation.Draft();

        var answers = new List<Task<Response>>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add(await a.Connection.Send("RequestAddMessage", draft));
        }

        var replies = await Task.WhenAll(answers);

        Expect.Single(replies.Select(reply => reply.Done().GetRawText()).Distinct());
        Expect.Single(await a.Log(conversation), message => message.Is("uuid", Uuid(draft)));
    }

    private static async Task EveryOtherWriteCanBeSentTwice(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var (conversation, creation) = a.Creation(isDialog: false, [], [b]);
        await Twice(a, "RequestCreateConversationFull", creation);
        var message = (await a.Say(conversation)).Text("uuid")!;
        await Twice(b, "MessageDelivered", new { conversationUuid = conversation.Uuid, messageUuid = message });
        await Twice(b, "RequestMessagesReaded", new { conversationUuid = conversation.Uuid, messageUuids = new[] { message } });
        await Twice(b, "RequestMarkAllReaded", new { conversationUuid = conversation.Uuid });
        await Twice(a, "RequestAddMember", new { conversationUuid = conversation.Uuid, sessionKeyUuid = conversation.Key, sessionKeyValue = Opaque.Key(a.UserId, c.UserId) });
        await Twice(a, "RequestChangeToAdmin", new { conversationUuid = conversation.Uuid, userId = c.UserId });
        await Twice(a, "AddBlackList", new { userId = b.UserId });
        await Twice(a, "RemoveBlackList", new { userId = b.UserId });
        await Twice(b, "AddMessageReport", new { conversationUuid = conversation.Uuid, messageUuid = message, reason = "Spam" });
        await Twice(a, "RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = message });
        await Twice(a, "RequestRenameConversation", new { conversationUuid = conversation.Uuid, title = "the same" });

        var events = (await a.Log(conversation)).Select(row => row.Text("eventType")).Where(type => type is not null);
        Expect.Equal(["Added", "Added", "ChangedToAdmin"], events.Where(type => type is "Added" or "ChangedToAdmin"));
    }

    private static async Task ReKeyingWithTheSameWrappedKeysIsARetry(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        var payload = new { conversationUuid = conversation.Uuid, sessionKeys = new[] { Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId) } };

        var first = (await a.Ask("RequestAddNewSessionKeys", payload)).Done().Text("sessionKeyUuid");
        var second = (await a.Ask("RequestAddNewSessionKeys", payload)).Done().Text("sessionKeyUuid");

        Expect.Equal(first, second);
        Expect.Single(await a.Log(conversation), message => message.Text("eventType") == "SessionKeyRegenerated");
    }

    private static async Task ReKeyingSaidAgainAfterSomebodyElsesMakesNoThirdKey(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);
        var (own, other) = (Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId));

        var mine = await Rekey(a, own, other);
        var theirs = await Rekey(b, Opaque.Key(b.UserId, a.UserId), Opaque.Key(b.UserId, b.UserId));
        Expect.Equal(mine, await Rekey(a, own, other));
        Expect.Equal(theirs, (await a.Conversation(conversation)).GetProperty("conversation").Text("sessionKeyUuid"));

        // A key names everyone who is there: one copy more is for one person more.
        (await a.AddMember(conversation, c, key: theirs)).Done();
        var more = await Rekey(a, own, other, Opaque.Key(a.UserId, c.UserId));
        Expect.NotEqual(mine, more);
        (await c.Ask("RequestGetSessionKey", new { conversationUuid = conversation.Uuid, sessionKeyUuid = more })).Done();
        (await c.Ask("RequestGetSessionKey", new { conversationUuid = conversation.Uuid, sessionKeyUuid = mine })).Refused("not_found");
        Expect.Equal(3, (await a.Log(conversation)).Count(message => message.Text("eventType") == "SessionKeyRegenerated"));

        async Task<string> Rekey(Phone who, params object[] keys) =>
            (await who.Ask("RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys = keys })).Done().Text("sessionKeyUuid")!;
    }

    private static async Task WhoWasKickedOrBlacklistedGetsWhatIsStoredForARepeat(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var group = await a.Group(b, c);
        var draft = group.Draft();
        var first = (await c.Ask("RequestAddMessage", draft)).Done().GetProperty("message");
        (await a.Kick(group, c)).Done();
        Same(first, (await c.Ask("RequestAddMessage", draft)).Done().GetProperty("message"));
        (await c.Ask("RequestAddMessage", group.Draft())).Refused("not_found");

        var dialog = await a.Dialog(b);
        draft = dialog.Draft();
        first = (await a.Ask("RequestAddMessage", draft)).Done().GetProperty("message");
        (await b.Ask("AddBlackList", new { userId = a.UserId })).Done();
        Same(first, (await a.Ask("RequestAddMessage", draft)).Done().GetProperty("message"));
        (await a.Ask("RequestAddMessage", dialog.Draft())).Refused("forbidden");

        static void Same(System.Text.Json.JsonElement first, System.Text.Json.JsonElement again) =>
            Expect.Equal((first.Text("uuid"), first.Number("created")), (again.Text("uuid"), again.Number("created")));
    }

    private static async Task OfTwoWhoCreateOneUuidAtOnceOneHasItAndTheOtherAConflict(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        for (var round = 0; round < 10; round++)
        {
            var (conversation, mine) = a.Creation(isDialog: false, [], [c]);
            var (_, template) = b.Creation(isDialog: false, [], [c]);
            var yours = System.Text.Json.JsonSerializer.SerializeToNode(template)!;
            yours["conversationUuid"] = conversation.Uuid;
            var first = await a.Connection.Send("RequestCreateConversationFull", mine);
            var second = await b.Connection.Send("RequestCreateConversationFull", yours);
            var replies = await Task.WhenAll(first, second);

            var winner = Expect.Single(replies, reply => reply.Status is null);
            winner.Done();
            Expect.Single(replies, reply => reply != winner).Refused("conflict");
        }
    }

    private static async Task AConfirmationAndKeysCanBeSentAgain(CheckFixture fixture)
    {
        var stranger = await fixture.Stranger();
        await fixture.RequestCode(stranger);
        var confirmation = new { smsCode = await stranger.Code(), userId = stranger.UserId, uuid = stranger.Account.Application };
        await Twice(stranger, "RequestConfirmRegistration", confirmation);
        await stranger.Login();
        var keys = new { metaDataKeyEncryptedBase64 = "AAAA", nick = "AAAA", privateKeyEncryptedBase64 = "a private key", publicKeyBase64 = "a public key" };
        (await stranger.Ask("RequestAddUserKeys", keys)).Done();
        var before = await Pair();
        (await stranger.Ask("RequestAddUserKeys", keys)).Done();
        Expect.Equal(before, await Pair());

        async Task<string?> Pair() => (await stranger.Ask("RequestGetUserInfo", new { userId = stranger.UserId })).Done().GetProperty("user").Text("keyPairUuid");
    }

    private static async Task Twice(Phone phone, string type, object payload)
    {
        (await phone.Ask(type, payload)).Done();
        (await phone.Ask(type, payload)).Done();
    }

    private static string Uuid(object draft) => System.Text.Json.JsonSerializer.SerializeToElement(draft).Text("messageUuid")!;
}
