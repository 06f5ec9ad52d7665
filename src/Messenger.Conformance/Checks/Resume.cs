using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Guarantee 4: what was missed comes after the resume, in order, or the client is told to synchronise.</summary>
internal static class ResumeChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("A resume after a cut brings everything missed in order", ["RES-2", "REL-4"], AResumeAfterACutBringsEverythingMissedInOrder),
        new("A resume at an older cursor brings what followed it again", ["RES-6"], AResumeAtAnOlderCursorBringsWhatFollowedItAgain),
        new("A resume twice brings nothing twice", ["RES-2", "REL-4", "NOT-2"], AResumeTwiceBringsNothingTwice),
        new("A login without a cursor brings nothing of before", ["RES-4", "NOT-1"], ALoginWithoutACursorBringsNothingOfBefore),
        new("A cursor that cannot be continued says resync", ["RES-3"], ACursorThatCannotBeContinuedSaysResync),
        new("The cursor of another device says resync", ["RES-5", "RES-3"], TheCursorOfAnotherDeviceSaysResync),
        new("Much missed is replayed whole or says resync and a sync finds all of it", ["RES-3", "REL-4"], MuchMissedIsReplayedWholeOrSaysResyncAndASyncFindsAllOfIt),
    ];

    private static async Task AResumeAfterACutBringsEverythingMissedInOrder(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        await b.Connection.Cut();
        var missed = await a.SayMany(conversation, 50);

        var reply = await b.Return(fixture.Url);

        Expect.Equal("ok", reply.Status);
        Expect.Null(reply.Description);
        var live = await a.SayMany(conversation, 5);
        await b.Hear(live[^1]);
        Expect.Equal([.. missed, .. live], Heard(b));
    }

    private static async Task AResumeAtAnOlderCursorBringsWhatFollowedItAgain(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        var said = await a.SayMany(conversation, 3);
        await b.Hear(said[2]);
        var cursor = b.History.Entries().OfType<Notified>().First(notified =>
            notified.Type == ConversationSteps.AddedMessage && notified.Payload.GetProperty("message").Is("uuid", said[0])).Cursor;

        await b.Connect(fixture.Url);
        var reply = await b.Authenticate(cursor);

        Expect.Null(reply.Description);
        await b.Hear(said[2]);
        Expect.Equal(said[1..], Heard(b));
    }

    private static async Task AResumeTwiceBringsNothingTwice(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        for (var round = 0; round < 3; round++)
        {
            await b.Connection.Cut();
            var missed = await a.SayMany(conversation, 3);
            Expect.Null((await b.Return(fixture.Url)).Description);
            await b.Hear(missed[^1]);
            Expect.Equal(missed, Heard(b));
        }
    }

    private static async Task ALoginWithoutACursorBringsNothingOfBefore(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        await b.Connection.Cut();
        var missed = await a.SayMany(conversation, 100);

        await b.Connect(fixture.Url);
        await b.Login();
        var live = await a.SayMany(conversation, 2);
        await b.Hear(live[^1]);

        NothingReplayed(missed, live, Heard(b));
    }

    private static async Task ACursorThatCannotBeContinuedSaysResync(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        foreach (var cursor in new[] { "garbage", "0-0", "7fffffffffffffff-7fffffffffffffff", string.Empty })
        {
            await b.Connect(fixture.Url);

            var reply = await b.Authenticate(cursor);

            Expect.Equal("ok", reply.Status);
            Expect.Equal("resync", reply.Description);
            await b.Hear((await a.Say(conversation)).Text("uuid")!);
        }
    }

    private static async Task TheCursorOfAnotherDeviceSaysResync(CheckFixture fixture)
    {
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        await a.Connect(fixture.Url);

        Expect.Equal("resync", (await a.Authenticate(b.LastCursor())).Description);
    }

    private static async Task MuchMissedIsReplayedWholeOrSaysResyncAndASyncFindsAllOfIt(CheckFixture fixture)
    {
        const int MoreThanAnInboxKeeps = 700;
        var (a, b) = await fixture.Two();
        var conversation = await a.Dialog(b);
        await b.Hear((await a.Say(conversation)).Text("uuid")!);
        var cursor = b.LastCursor();
        await b.Connection.Cut();
        var missed = await a.SayMany(conversation, MoreThanAnInboxKeeps);

        await b.Connect(fixture.Url);
        var reply = await b.Authenticate(cursor);
        reply.Done();

        var live = await a.SayMany(conversation, 1);
        await b.Hear(live[0]);
        if (reply.Description is null)
        {
            Expect.Equal([.. missed, .. live], Heard(b));
        }
        else
        {
            Expect.Equal("resync", reply.Description);
            NothingReplayed(missed, live, Heard(b));
        }

        var sync = (await b.Ask("RequestGetConversationsFull", new { userId = (string?)null })).Done();
        Expect.Equal(MoreThanAnInboxKeeps + 2, Expect.Single(sync.Items("conversations"), item => item.Is("uuid", conversation.Uuid)).Number("unreadedCounter"));
        Expect.Equal(MoreThanAnInboxKeeps + 2, (await b.Log(conversation)).Count(message => !message.Flag("isEvent")));
    }

    /// <summary>
    /// What was acknowledged just before a login may reach the device only after it and is new to it then: the end of what was said before, without a
    /// gap. More than half of it would be a replay.
    /// </summary>
    private static void NothingReplayed(List<string> before, List<string> live, List<string> heard)
    {
        var late = heard.Count - live.Count;
        Expect.InRange(late, 0, before.Count / 2);
        Expect.Equal([.. before.TakeLast(late), .. live], heard);
    }

    /// <summary>The messages that came on the connection that the phone has now, in order.</summary>
    private static List<string> Heard(Phone phone)
    {
        var entries = phone.History.Entries();
        var connection = entries.OfType<Opened>().Last().Connection;
        return [.. entries.OfType<Notified>().Where(notified => notified.Connection == connection && notified.Type == ConversationSteps.AddedMessage)
            .Select(notified => notified.Payload.GetProperty("message")).Where(message => !message.Flag("isEvent")).Select(message => message.Text("uuid")!)];
    }
}
