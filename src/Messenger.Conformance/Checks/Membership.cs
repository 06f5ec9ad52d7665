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

    private static async Task OnlyAdminsAddPromoteAndKick(Scene scene)
    {
        var (a, b, c) = await scene.Three();
        var talk = await a.Group(b);

        (await b.AddMember(talk, c)).Refused("forbidden");
        (await b.AddMember(talk, c, "RequestAddAdmin")).Refused("forbidden");
        (await b.Kick(talk, a)).Refused("forbidden");
        (await b.Ask("RequestChangeToAdmin", new { conversationUuid = talk.Uuid, userId = b.UserId })).Refused("forbidden");

        (await a.Ask("RequestChangeToAdmin", new { conversationUuid = talk.Uuid, userId = b.UserId })).Done();
        Expect.Equal(b.UserId, (await b.HearEvent(talk, "ChangedToAdmin")).Text("eventUserId"));
        (await b.AddMember(talk, c)).Done();
        (await b.Kick(talk, a)).Done();
    }

    private static async Task AddingWhoIsThereAlreadyAnswersTheSameAndDoesNothingTwice(Scene scene)
    {
        var (a, b, c) = await scene.Three();
        var talk = await a.Group(b);
        (await a.AddMember(talk, c)).Done();
        (await a.AddMember(talk, c)).Done();
        Expect.Equal(2, (await a.Log(talk)).Count);

        (await a.AddMember(talk, c, "RequestAddAdmin")).Done();

        var list = (await a.Do("RequestGetMembersList", talk)).Done();
        Expect.Equal([a.UserId, c.UserId], list.Texts("admins"));
        Expect.Equal([b.UserId], list.Texts("members"));
        Expect.Single(await a.Log(talk), message => message.Text("eventType") == "Added" && message.Text("eventUserId") == c.UserId);
    }

    private static async Task AddingWithAKeyThatIsNotCurrentIsAConflict(Scene scene)
    {
        var (a, b, c) = await scene.Three();
        var talk = await a.Group(b);
        var keys = new[] { Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId) };
        var current = (await a.Ask("RequestAddNewSessionKeys", new { conversationUuid = talk.Uuid, sessionKeys = keys })).Done().Text("sessionKeyUuid");

        (await a.AddMember(talk, c)).Refused("conflict");
        (await a.AddMember(talk, c, key: Opaque.Uuid())).Refused("conflict");
        (await a.AddMember(talk, c, key: current)).Done();
    }

    private static async Task AMemberSeesMessagesFromTheMomentOfJoiningOn(Scene scene)
    {
        var (a, b, c) = await scene.Three();
        var talk = await a.Group(b);
        var before = (await a.Say(talk)).Text("uuid")!;
        (await a.AddMember(talk, c)).Done();
        await c.Notified("NotificationAddMemberToConversation");
        var after = (await a.Say(talk)).Text("uuid")!;

        await c.Hear(after);
        var seen = (await c.Log(talk)).Select(message => message.Text("uuid")).ToList();
        Expect.Contains(after, seen);
        Expect.DoesNotContain(before, seen);
        Expect.Empty((await c.Ask("RequestGetMessagesByUuids", new { conversationUuid = talk.Uuid, uuids = new[] { before } })).Done().Items("messages"));
        (await c.Ask("RequestGetMessages", new { conversationUuid = talk.Uuid, fromMessageUuid = before, size = 10 })).Refused("not_found");
        (await c.Ask("RequestAddMessage", talk.Draft(reply: before))).Refused("bad_request");
    }

    private static async Task WhoWasKickedIsToldAndSeesNothingThatCameLater(Scene scene)
    {
        var (a, b, c) = await scene.Three();
        var talk = await a.Group(b, c);
        var before = (await a.Say(talk)).Text("uuid")!;
        await b.Hear(before);

        (await a.Kick(talk, b)).Done();

        foreach (var phone in new[] { b, c })
        {
            var told = await phone.Notified("NotificationConversationLeaved", notified => notified.Payload.Is("uuid", talk.Uuid));
            Expect.Equal((talk.Uuid, b.UserId), (told.Payload.Text("uuid"), told.Payload.Text("userId")));
        }

        Expect.Equal(b.UserId, (await c.HearEvent(talk, "Kicked")).Text("eventUserId"));
        var after = (await a.Say(talk)).Text("uuid")!;
        await c.Hear(after);
        (await b.Ask("RequestAddMessage", talk.Draft())).Refused("not_found");
        var other = await b.Dialog(c);
        await b.Hear((await c.Say(other)).Text("uuid")!);
        Expect.DoesNotContain(b.Line.Inbox.Left(Talking.AddedMessage), left => left.Payload.GetProperty("message").Is("uuid", after));
    }

    private static async Task WhoLeftMayReadWhatCameBefore(Scene scene)
    {
        var (a, b) = await scene.Two();
        var talk = await a.Group(b);
        var before = (await a.Say(talk)).Text("uuid")!;
        (await b.Leave(talk)).Done();
        Expect.Equal(b.UserId, (await a.HearEvent(talk, "Leaved")).Text("eventUserId"));
        var after = (await a.Say(talk)).Text("uuid")!;

        var seen = (await b.Log(talk)).Select(message => message.Text("uuid")).ToList();

        Expect.Contains(before, seen);
        Expect.DoesNotContain(after, seen);
    }

    private static async Task WhoComesBackDoesNotSeeTheTimeBetween(Scene scene)
    {
        var (a, b, c) = await scene.Three();
        var talk = await a.Group(b, c);
        (await a.Kick(talk, b)).Done();
        var between = (await a.Say(talk)).Text("uuid")!;
        (await a.AddMember(talk, b)).Done();
        var after = (await a.Say(talk)).Text("uuid")!;

        var seen = (await b.Log(talk)).Select(message => message.Text("uuid")).ToList();

        Expect.Contains(after, seen);
        Expect.DoesNotContain(between, seen);
    }

    private static async Task WhenTheLastAdminLeavesTheLongestStandingMemberBecomesAdmin(Scene scene)
    {
        var (a, b, c) = await scene.Three();
        var talk = await a.Group(b);
        (await a.AddMember(talk, c)).Done();

        (await a.Leave(talk)).Done();

        var list = (await c.Do("RequestGetMembersList", talk)).Done();
        Expect.Equal([b.UserId], list.Texts("admins"));
        Expect.Equal([c.UserId], list.Texts("members"));
        (await b.Kick(talk, c)).Done();
    }

    private static async Task WhenTheLastMemberLeavesTheConversationIsGone(Scene scene)
    {
        var (a, b) = await scene.Two();
        var talk = await a.Group(b);
        (await a.Leave(talk)).Done();
        (await b.Leave(talk)).Done();

        (await a.Do("RequestGetMembersList", talk)).Refused("not_found");
        Expect.DoesNotContain((await b.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done().Items("conversations"), item => item.Is("uuid", talk.Uuid));
    }

    private static async Task MembersOfAMessageAreThoseWhoseStayCoversItAndFormerOnesStayCounted(Scene scene)
    {
        var (a, b, c) = await scene.Three();
        var talk = await a.Group(b);
        var two = (await a.Say(talk)).Text("uuid")!;
        (await a.AddMember(talk, c)).Done();
        var three = (await a.Say(talk)).Text("uuid")!;
        (await b.Leave(talk)).Done();
        var left = (await a.Say(talk)).Text("uuid")!;

        var log = await a.Log(talk);

        Expect.Equal(2, log.Single(message => message.Is("uuid", two)).Number("members"));
        Expect.Equal(3, log.Single(message => message.Is("uuid", three)).Number("members"));
        Expect.Equal(2, log.Single(message => message.Is("uuid", left)).Number("members"));
    }
}
