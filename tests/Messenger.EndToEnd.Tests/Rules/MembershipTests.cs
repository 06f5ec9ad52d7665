using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Phones;

namespace Messenger.EndToEnd.Tests.Rules;

/// <summary>Who may add, promote and remove whom, and what each may read.</summary>
public class MembershipTests(SharedServer server) : OnSharedServer(server)
{
    [Fact]
    public async Task Only_admins_add_promote_and_kick()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b);

        (await b.AddMember(talk, c)).Refused("forbidden");
        (await b.AddMember(talk, c, "RequestAddAdmin")).Refused("forbidden");
        (await b.Kick(talk, a)).Refused("forbidden");
        (await b.Ask("RequestChangeToAdmin", new { conversationUuid = talk.Uuid, userId = b.UserId })).Refused("forbidden");

        (await a.Ask("RequestChangeToAdmin", new { conversationUuid = talk.Uuid, userId = b.UserId })).Done();
        Assert.Equal(b.UserId, (await b.HearEvent(talk, "ChangedToAdmin")).Text("eventUserId"));
        (await b.AddMember(talk, c)).Done();
        (await b.Kick(talk, a)).Done();
    }

    [Fact]
    public async Task Adding_who_is_there_already_answers_the_same_and_does_nothing_twice()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b);
        (await a.AddMember(talk, c)).Done();
        (await a.AddMember(talk, c)).Done();
        Assert.Equal(2, (await a.Log(talk)).Count);

        (await a.AddMember(talk, c, "RequestAddAdmin")).Done();

        var list = (await a.Do("RequestGetMembersList", talk)).Done();
        Assert.Equal([a.UserId, c.UserId], list.Texts("admins"));
        Assert.Equal([b.UserId], list.Texts("members"));
        Assert.Single(await a.Log(talk), message => message.Text("eventType") == "Added" && message.Text("eventUserId") == c.UserId);
    }

    [Fact]
    public async Task Adding_with_a_key_that_is_not_current_is_a_conflict()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b);
        var keys = new[] { Opaque.Key(a.UserId, a.UserId), Opaque.Key(a.UserId, b.UserId) };
        var current = (await a.Ask("RequestAddNewSessionKeys", new { conversationUuid = talk.Uuid, sessionKeys = keys })).Done().Text("sessionKeyUuid");

        (await a.AddMember(talk, c)).Refused("conflict");
        (await a.AddMember(talk, c, key: Opaque.Uuid())).Refused("conflict");
        (await a.AddMember(talk, c, key: current)).Done();
    }

    [Fact]
    public async Task A_member_sees_messages_from_the_moment_of_joining_on()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b);
        var before = (await a.Say(talk)).Text("uuid")!;
        (await a.AddMember(talk, c)).Done();
        await c.Notified("NotificationAddMemberToConversation");
        var after = (await a.Say(talk)).Text("uuid")!;

        await c.Hear(after);
        var seen = (await c.Log(talk)).Select(message => message.Text("uuid")).ToList();
        Assert.Contains(after, seen);
        Assert.DoesNotContain(before, seen);
        Assert.Empty((await c.Ask("RequestGetMessagesByUuids", new { conversationUuid = talk.Uuid, uuids = new[] { before } })).Done().Items("messages"));
        (await c.Ask("RequestGetMessages", new { conversationUuid = talk.Uuid, fromMessageUuid = before, size = 10 })).Refused("not_found");
        Assert.NotEqual("ok", (await c.Ask("RequestAddMessage", talk.Draft(reply: before))).Status);
    }

    [Fact]
    public async Task Who_was_kicked_is_told_and_sees_nothing_that_came_later()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b, c);
        var before = (await a.Say(talk)).Text("uuid")!;
        await b.Hear(before);

        (await a.Kick(talk, b)).Done();

        foreach (var phone in new[] { b, c })
        {
            var told = await phone.Notified("NotificationConversationLeaved");
            Assert.Equal((talk.Uuid, b.UserId), (told.Payload.Text("uuid"), told.Payload.Text("userId")));
        }

        Assert.Equal(b.UserId, (await c.HearEvent(talk, "Kicked")).Text("eventUserId"));
        var after = (await a.Say(talk)).Text("uuid")!;
        await c.Hear(after);
        (await b.Ask("RequestAddMessage", talk.Draft())).Refused("not_found");
        var other = await b.Dialog(c);
        await b.Hear((await c.Say(other)).Text("uuid")!);
        Assert.DoesNotContain(b.Line.Inbox.Left(Talking.AddedMessage), left => left.Payload.GetProperty("message").Is("uuid", after));
    }

    [Fact]
    public async Task Who_left_may_read_what_came_before()
    {
        var (a, b) = await Two();
        var talk = await a.Group(b);
        var before = (await a.Say(talk)).Text("uuid")!;
        (await b.Leave(talk)).Done();
        Assert.Equal(b.UserId, (await a.HearEvent(talk, "Leaved")).Text("eventUserId"));
        var after = (await a.Say(talk)).Text("uuid")!;

        var seen = (await b.Log(talk)).Select(message => message.Text("uuid")).ToList();

        Assert.Contains(before, seen);
        Assert.DoesNotContain(after, seen);
    }

    [Fact]
    public async Task Who_comes_back_does_not_see_the_time_between()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b, c);
        (await a.Kick(talk, b)).Done();
        var between = (await a.Say(talk)).Text("uuid")!;
        (await a.AddMember(talk, b)).Done();
        var after = (await a.Say(talk)).Text("uuid")!;

        var seen = (await b.Log(talk)).Select(message => message.Text("uuid")).ToList();

        Assert.Contains(after, seen);
        Assert.DoesNotContain(between, seen);
    }

    [Fact]
    public async Task When_the_last_admin_leaves_the_longest_standing_member_becomes_admin()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b);
        (await a.AddMember(talk, c)).Done();

        (await a.Leave(talk)).Done();

        var list = (await c.Do("RequestGetMembersList", talk)).Done();
        Assert.Equal([b.UserId], list.Texts("admins"));
        Assert.Equal([c.UserId], list.Texts("members"));
        (await b.Kick(talk, c)).Done();
    }

    [Fact]
    public async Task When_the_last_member_leaves_the_conversation_is_gone()
    {
        var (a, b) = await Two();
        var talk = await a.Group(b);
        (await a.Leave(talk)).Done();
        (await b.Leave(talk)).Done();

        (await a.Do("RequestGetMembersList", talk)).Refused("not_found");
        Assert.Empty((await b.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done().Items("conversations"));
    }

    [Fact]
    public async Task Members_of_a_message_are_those_whose_stay_covers_it_and_former_ones_stay_counted()
    {
        var (a, b, c) = await Three();
        var talk = await a.Group(b);
        var two = (await a.Say(talk)).Text("uuid")!;
        (await a.AddMember(talk, c)).Done();
        var three = (await a.Say(talk)).Text("uuid")!;
        (await b.Leave(talk)).Done();
        var left = (await a.Say(talk)).Text("uuid")!;

        var log = await a.Log(talk);

        Assert.Equal(2, log.Single(message => message.Is("uuid", two)).Number("members"));
        Assert.Equal(3, log.Single(message => message.Is("uuid", three)).Number("members"));
        Assert.Equal(2, log.Single(message => message.Is("uuid", left)).Number("members"));
    }
}
