using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Who may add, promote and remove whom, and what each may read.</summary>
internal static class MembershipChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("Only admins add promote and kick", ["CONV-7"], OnlyAdminsAddPromoteAndKick),
        new("Adding who is there already answers the same and does nothing twice", ["CONV-9"], AddingWhoIsThereAlreadyAnswersTheSameAndDoesNothingTwice),
        new("Adding with a key that is not current is a conflict", ["CONV-8"], AddingWithAKeyThatIsNotCurrentIsAConflict),
        new("A member sees messages from the moment of joining on", ["CONV-10", "MSG-4", "MSG-8"], AMemberSeesMessagesFromTheMomentOfJoiningOn),
        new("Who was kicked is told and sees nothing that came later", ["CONV-11", "CONV-10", "MSG-12"], WhoWasKickedIsToldAndSeesNothingThatCameLater),
        new("Who left may read what came before", ["CONV-10", "CONV-11"], WhoLeftMayReadWhatCameBefore),
        new("Who comes back does not see the time between", ["CONV-10"], WhoComesBackDoesNotSeeTheTimeBetween),
        new("When the last admin leaves the longest standing member becomes admin", ["CONV-11"], WhenTheLastAdminLeavesTheLongestStandingMemberBecomesAdmin),
        new("When the last member leaves the conversation is gone", ["CONV-11"], WhenTheLastMemberLeavesTheConversationIsGone),
        new("Members of a message are those whose stay covers it and former ones stay counted", ["CONV-10"], MembersOfAMessageAreThoseWhoseStayCoversItAndFormerOnesStayCounted),
    ];

    private static async Task OnlyAdminsAddPromoteAndKick(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);

        (await b.AddMember(conversation, c)).Refused("forbidden");
        (await b.AddMember(conversation, c, "RequestAddAdmin")).Refused("forbidden");
        (await b.Kick(conversation, a)).Refused("forbidden");
        (await b.Ask("RequestChangeToAdmin", new { conversationUuid = conversation.Uuid, userId = b.UserId })).Refused("forbidden");

        (await a.Ask("RequestChangeToAdmin", new { conversationUuid = conversation.Uuid, userId = b.UserId })).Done();
        Expect.Equal(b.UserId, (await b.HearEvent(conversation, "ChangedToAdmin")).Text("eventUserId"));
        (await b.AddMember(conversation, c)).Done();
        (await b.Kick(conversation, a)).Done();
    }

    private static async Task AddingWhoIsThereAlreadyAnswersTheSameAndDoesNothingTwice(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);
        (await a.AddMember(conversation, c)).Done();
        (await a.AddMember(conversation, c)).Done();
        Expect.Equal(2, (await a.Log(conversation)).Count);

        (await a.AddMember(conversation, c, "RequestAddAdmin")).Done();

        var list = (await a.Do("RequestGetMembersList", conversation)).Done();
        Expect.Equal([a.UserId, c.UserId], list.Texts("admins"));
        Expect.Equal([b.UserId], list.Texts("members"));
        Expect.Single(await a.Log(conversation), message => message.Text("eventType") == "Added" && message.Text("eventUserId") == c.UserId);
    }

    private static async Task AddingWithAKeyThatIsNotCurrentIsAConflict(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);
        var keys = new[] { Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId) };
        var current = (await a.Ask("RequestAddNewSessionKeys", new { conversationUuid = conversation.Uuid, sessionKeys = keys })).Done().Text("sessionKeyUuid");

        (await a.AddMember(conversation, c)).Refused("conflict");
        (await a.AddMember(conversation, c, key: Opaque.Uuid())).Refused("conflict");
        (await a.AddMember(conversation, c, key: current)).Done();
    }

    private static async Task AMemberSeesMessagesFromTheMomentOfJoiningOn(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);
        var before = (await a.Say(conversation)).Text("uuid")!;
        (await a.AddMember(conversation, c)).Done();
        await c.Notified("NotificationAddMemberToConversation");
        var after = (await a.Say(conversation)).Text("uuid")!;

        await c.Hear(after);
        var seen = (await c.Log(conversation)).Select(message => message.Text("uuid")).ToList();
        Expect.Contains(after, seen);
        Expect.DoesNotContain(before, seen);
        Expect.Empty((await c.Ask("RequestGetMessagesByUuids", new { conversationUuid = conversation.Uuid, uuids = new[] { before } })).Done().Items("messages"));
        (await c.Ask("RequestGetMessages", new { conversationUuid = conversation.Uuid, fromMessageUuid = before, size = 10 })).Refused("not_found");
        (await c.Ask("RequestAddMessage", conversation.Draft(reply: before))).Refused("bad_request");
    }

    private static async Task WhoWasKickedIsToldAndSeesNothingThatCameLater(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b, c);
        var before = (await a.Say(conversation)).Text("uuid")!;
        await b.Hear(before);

        (await a.Kick(conversation, b)).Done();

        foreach (var phone in new[] { b, c })
        {
            var told = await phone.Notified("NotificationConversationLeaved", notified => notified.Payload.Is("uuid", conversation.Uuid));
            Expect.Equal((conversation.Uuid, b.UserId), (told.Payload.Text("uuid"), told.Payload.Text("userId")));
        }

        Expect.Equal(b.UserId, (await c.HearEvent(conversation, "Kicked")).Text("eventUserId"));
        var after = (await a.Say(conversation)).Text("uuid")!;
        await c.Hear(after);
        (await b.Ask("RequestAddMessage", conversation.Draft())).Refused("not_found");
        var other = await b.Dialog(c);
        await b.Hear((await c.Say(other)).Text("uuid")!);
        Expect.DoesNotContain(b.Connection.Inbox.Left(ConversationSteps.AddedMessage), left => left.Payload.GetProperty("message").Is("uuid", after));
    }

    private static async Task WhoLeftMayReadWhatCameBefore(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        var before = (await a.Say(conversation)).Text("uuid")!;
        (await b.Leave(conversation)).Done();
        Expect.Equal(b.UserId, (await a.HearEvent(conversation, "Leaved")).Text("eventUserId"));
        var after = (await a.Say(conversation)).Text("uuid")!;

        var seen = (await b.Log(conversation)).Select(message => message.Text("uuid")).ToList();

        Expect.Contains(before, seen);
        Expect.DoesNotContain(after, seen);
    }

    private static async Task WhoComesBackDoesNotSeeTheTimeBetween(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b, c);
        (await a.Kick(conversation, b)).Done();
        var between = (await a.Say(conversation)).Text("uuid")!;
        (await a.AddMember(conversation, b)).Done();
        var after = (await a.Say(conversation)).Text("uuid")!;

        var seen = (await b.Log(conversation)).Select(message => message.Text("uuid")).ToList();

        Expect.Contains(after, seen);
        Expect.DoesNotContain(between, seen);
    }

    private static async Task WhenTheLastAdminLeavesTheLongestStandingMemberBecomesAdmin(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);
        (await a.AddMember(conversation, c)).Done();

        (await a.Leave(conversation)).Done();

        var list = (await c.Do("RequestGetMembersList", conversation)).Done();
        Expect.Equal([b.UserId], list.Texts("admins"));
        Expect.Equal([c.UserId], list.Texts("members"));
        (await b.Kick(conversation, c)).Done();
    }

    private static async Task WhenTheLastMemberLeavesTheConversationIsGone(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Group(b);
        (await a.Leave(conversation)).Done();
        (await b.Leave(conversation)).Done();

        (await a.Do("RequestGetMembersList", conversation)).Refused("not_found");
        Expect.DoesNotContain((await b.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done().Items("conversations"), item => item.Is("uuid", conversation.Uuid));
    }

    private static async Task MembersOfAMessageAreThoseWhoseStayCoversItAndFormerOnesStayCounted(CheckFixture fixture)
    {
        var (a, b, c) = await fixture.Three();
        var conversation = await a.Group(b);
        var two = (await a.Say(conversation)).Text("uuid")!;
        (await a.AddMember(conversation, c)).Done();
        var three = (await a.Say(conversation)).Text("uuid")!;
        (await b.Leave(conversation)).Done();
        var left = (await a.Say(conversation)).Text("uuid")!;

        var log = await a.Log(conversation);

        Expect.Equal(2, log.Single(message => message.Is("uuid", two)).Number("members"));
        Expect.Equal(3, log.Single(message => message.Is("uuid", three)).Number("members"));
        Expect.Equal(2, log.Single(message => message.Is("uuid", left)).Number("members"));
    }
}
