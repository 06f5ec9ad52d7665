using System.Net;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Stays and what they show: messages, and what hangs on them.</summary>
internal static class VisibilityChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Coming back takes nothing away", ["CONV-10"], ComingBackTakesNothingAway),
        new("Who left deletes what was their own and reports what they saw", ["CONV-10", "MSG-9", "REP-1"], WhoLeftDeletesAndReports),
        new("Nobody is told what becomes of a message from before", ["CONV-15"], NobodyIsToldWhatBecomesOfAMessageFromBefore),
        new("Who was removed sees the nicks of then", ["CONV-15"], WhoWasRemovedSeesTheNicksOfThen),
        new("Who was removed sees the files of then", ["CONV-15"], WhoWasRemovedSeesTheFilesOfThen),
        new("A message answers what its author can see and not itself", ["MSG-4"], AMessageAnswersWhatItsAuthorCanSeeAndNotItself),
    ];

    private static async Task ComingBackTakesNothingAway(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        var (theirs, own) = ((await a.Say(conversation)).Text("uuid")!, (await b.Say(conversation)).Text("uuid")!);
        (await b.Read(conversation, theirs)).Done();
        (await a.Kick(conversation, b)).Done();
        var between = (await a.Say(conversation)).Text("uuid")!;
        (await a.AddMember(conversation, b)).Done();
        var after = (await a.Say(conversation)).Text("uuid")!;

        var seen = await b.Log(conversation);
        Expect.Equal([theirs, own, after], seen.Where(message => !message.Flag("isEvent")).Select(message => message.Text("uuid")!));
        Expect.Equal([after], (await b.Newer(conversation, own)).Where(message => !message.Flag("isEvent")).Select(message => message.Text("uuid")!));
        Expect.Equal(1, (await b.Conversation(conversation)).GetProperty("conversation").Number("unreadedCounter"));
        var log = await a.Log(conversation);
        Expect.Equal((2, 2), Counted(theirs));
        Expect.Equal((1, 1), Counted(between));
        Expect.Equal((2, 1), Counted(after));
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = own })).Done();

        (int, int) Counted(string uuid)
        {
            var message = log.Single(one => one.Is("uuid", uuid));
            return ((int)message.Number("members"), (int)message.Number("readedMembers"));
        }
    }

    private static async Task WhoLeftDeletesAndReports(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        var (theirs, own) = ((await a.Say(conversation)).Text("uuid")!, (await b.Say(conversation)).Text("uuid")!);
        (await b.Leave(conversation)).Done();
        var after = (await a.Say(conversation)).Text("uuid")!;

        (await b.Ask("AddMessageReport", new { conversationUuid = conversation.Uuid, messageUuid = theirs, reason = "Spam" })).Done();
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = own })).Done();
        await a.Notified("DeleteMessageNotification", told => told.Payload.Is("messageUuid", own));
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = theirs })).Refused("forbidden");
        (await b.Ask("RequestDeleteMessage", new { conversationUuid = conversation.Uuid, uuid = after })).Refused("not_found");
        (await b.Ask("AddMessageReport", new { conversationUuid = conversation.Uuid, messageUuid = after, reason = "Spam" })).Refused("not_found");
        (await b.Ask("AddConversationReport", new { conversationUuid = conversation.Uuid, reason = "Spam" })).Refused("not_found");
        (await b.Read(conversation, theirs)).Refused("not_found");
        var log = await a.Log(conversation);
        Expect.True(log.Single(message => message.Is("uuid", theirs)).Flag("objectionable"));
        Expect.True(log.Single(message => message.Is("uuid", own)).Flag("deleted"));
    }

    private static async Task NobodyIsToldWhatBecomesOfAMessageFromBefore(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);
        var (reported, deleted) = ((await a.Say(conversation)).Text("uuid")!, (await a.Say(conversation)).Text("uuid")!);
        (await a.AddMember(conversation, c)).Done();
        var seen = (await a.Say(conversation)).Text("uuid")!;

        (await b.Ask("AddMessageReport", new { conversationUuid = conversation.Uuid, messageUuid = reported, reason = "Spam" })).Done();
        (await a.Ask("RequestDeleteMessages", new { conversationUuid = conversation.Uuid, uuids = new[] { deleted, seen } })).Done();

        await a.Notified("UpdatedMessageNotification", told => told.Payload.Is("uuid", reported));
        await b.Notified("DeleteMessageNotification", told => told.Payload.Is("messageUuid", deleted));
        await c.Notified("DeleteMessageNotification", told => told.Payload.Is("messageUuid", seen));
        await c.Hear((await a.Say(conversation)).Text("uuid")!);
        Expect.Empty(c.Connection.Inbox.Left("DeleteMessageNotification"));
        Expect.Empty(c.Connection.Inbox.Left("UpdatedMessageNotification"));
    }

    private static async Task WhoWasRemovedSeesTheNicksOfThen(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        var said = (await a.Say(conversation)).Text("uuid")!;
        (await a.Ask("UpdateMemberNick", new { conversationUuid = conversation.Uuid, nickEncrypted = "then" })).Done();
        (await a.Kick(conversation, b)).Done();
        Expect.Equal("then", await Nick());
        (await a.Ask("UpdateMemberNick", new { conversationUuid = conversation.Uuid, nickEncrypted = "later" })).Done();
        Expect.Null(await Nick());
        (await a.AddMember(conversation, b)).Done();
        Expect.Equal("later", await Nick());

        async Task<string?> Nick() => (await b.Log(conversation)).Single(message => message.Is("uuid", said)).Text("userNick");
    }

    private static async Task WhoWasRemovedSeesTheFilesOfThen(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        var message = (await a.Ask("RequestAddMessage", conversation.Draft(hasFiles: true))).Done().GetProperty("message").Text("uuid")!;
        (await a.Kick(conversation, b)).Done();
        using var author = await FileChecks.Http(fixture, a);
        using var up = await author.PostAsync(FileChecks.OneShot(conversation, message), new ByteArrayContent(FileChecks.Content));
        FileChecks.Good(up);
        using var mine = await author.GetAsync(FileChecks.Download(conversation, message));
        FileChecks.Good(mine);

        Expect.Empty((await b.Ask("RequestGetFiles", new { conversationUuid = conversation.Uuid, messageUuid = message })).Done().Items("files"));
        Expect.Empty((await b.Ask("RequestGetFilesFast", new { conversationUuid = conversation.Uuid, messageUuid = message })).Done().Items("files"));
        using var removed = await FileChecks.Http(fixture, b);
        using var refused = await removed.GetAsync(FileChecks.Download(conversation, message));
        Expect.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        (await a.AddMember(conversation, b)).Done();
        Expect.Single((await b.Ask("RequestGetFiles", new { conversationUuid = conversation.Uuid, messageUuid = message })).Done().Items("files"));
    }

    private static async Task AMessageAnswersWhatItsAuthorCanSeeAndNotItself(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group();
        var before = (await a.Say(conversation)).Text("uuid")!;
        (await a.AddMember(conversation, b)).Done();
        var own = Opaque.Uuid();

        (await b.Ask("RequestAddMessage", conversation.Draft(reply: before))).Refused("bad_request");
        (await b.Ask("RequestAddMessage", conversation.Draft(own, reply: own))).Refused("bad_request");
        (await b.Ask("RequestAddMessage", conversation.Draft(reply: Opaque.Uuid()))).Refused("bad_request");
        await a.Say(conversation, reply: before);
        await b.Say(conversation, own);
        Expect.Equal(own, (await b.Say(conversation, reply: own)).Text("replyMessageUuid"));
    }
}
