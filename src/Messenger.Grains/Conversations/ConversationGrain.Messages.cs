using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Grains.Conversations;

/// <summary>Sending, typing, deleting.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>Typing is passed on at most this often per person.</summary>
    private static readonly TimeSpan TypingPause = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, long> _typed = new(StringComparer.Ordinal);

    public async Task<Answer<Accepted>[]> AddMessages(Caller me, Immutable<RequestAddMessage[]> requests)
    {
        var answers = new Answer<Accepted>[requests.Value.Length];
        if (await Membership(me) is not { } here)
        {
            Array.Fill(answers, NotFound());
            return answers;
        }

        var live = here.Live;
        if (live.Blacklisting.Any(user => user != me.UserId))
        {
            Array.Fill(answers, Refused.Forbidden("this person does not take messages from you"));
            return answers;
        }

        var unknownReplies = await UnknownReplies(live, requests.Value);
        var fresh = new List<(int At, MessageRow Row)>(answers.Length);
        var retried = new List<(int At, Guid Uuid)>();

        // No await from here to the commit: sequences are given out and handed to the log in one turn.
        for (var i = 0; i < answers.Length; i++)
        {
            var request = requests.Value[i];
            var uuid = Guid.Parse(request.MessageUuid);
            if (live.Recent(uuid) is not null || live.Pending.ContainsKey(uuid))
            {
                retried.Add((i, uuid));
            }
            else if (!live.Keys.ContainsKey(Guid.Parse(request.SessionKeyUuid)))
            {
                answers[i] = Refused.BadRequest("sessionKeyUuid is no session key of this conversation");
            }
            else if (request.ReplyMessageUuid is { } reply && unknownReplies.Contains(Guid.Parse(reply)))
            {
                answers[i] = Refused.BadRequest("replyMessageUuid is no message of this conversation");
            }
            else
            {
                var row = Row(live, me, request, uuid);
                live.Pending.Add(uuid, row);
                fresh.Add((i, row));
            }
        }

        await Accept(live, me, fresh, retried, answers);
        await AnswerRetried(live, me, retried, answers);
        await _fanout.Room();
        return answers;
    }

    public async Task<Answer> Typing(Caller me, RequestTyping request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var now = Now;
        if (_typed.TryGetValue(me.UserId, out var before) && now - before < TypingPause.TotalMilliseconds)
        {
            return Answer.Ok;
        }

        _typed[me.UserId] = now;
        var others = here.Live.Roster.Present.Where(member => member.UserId != me.UserId).Select(member => member.UserId);
        _fanout.SendUnsettled(others, [Notice.Of(new NotificationTyping(here.Live.Header.UuidText, me.UserId))]);
        return Answer.Ok;
    }

    public Task<Answer> DeleteMessage(Caller me, RequestDeleteMessage request) => Delete(me, [request.Uuid]);

    public Task<Answer> DeleteMessages(Caller me, RequestDeleteMessages request) => Delete(me, request.Uuids);

    private MessageRow Row(LiveConversation live, Caller me, RequestAddMessage request, Guid uuid)
    {
        var (sequence, created) = live.Next(Now);
        return new MessageRow(
            sequence, uuid, request.MessageUuid, me.UserId, request.SessionKeyUuid, request.IvBase64, request.BodyEncryptedBase64, created,
            request.HasFiles, null, null, Objectionable: false, Deleted: false, request.ReplyMessageUuid);
    }

    /// <summary>Commits the new ones. Where the log knows a uuid already, that one joins the retried and the rest is sent again.</summary>
    private async Task Accept(
        LiveConversation live, Caller me, List<(int At, MessageRow Row)> fresh, List<(int At, Guid Uuid)> retried, Answer<Accepted>[] answers)
    {
        while (fresh.Count > 0)
        {
            var outcome = await live.Commit(messages, new LogEntry(Id, live.Term) { Messages = [.. fresh.Select(one => one.Row)] });
            fresh.ForEach(one => live.Pending.Remove(one.Row.Uuid));
            switch (outcome)
            {
                case LogOutcome.Committed:
                    Announce(live, me, fresh, answers);
                    return;
                case LogOutcome.Duplicate:
                    var known = (await messages.Find(Id, [.. fresh.Select(one => one.Row.Uuid)])).ToDictionary(row => row.Uuid);
                    foreach (var row in known.Values)
                    {
                        live.Remember(row);
                    }

                    retried.AddRange(fresh.Where(one => known.ContainsKey(one.Row.Uuid)).Select(one => (one.At, one.Row.Uuid)));

                    // New places in the log for the rest: what was committed meanwhile took the ones after theirs.
                    fresh = [.. fresh.Where(one => !known.ContainsKey(one.Row.Uuid)).Select(one => (one.At, Again(live, one.Row)))];
                    break;
                default:
                    if (outcome == LogOutcome.Unknown)
                    {
                        _unconfirmed.Add(me, [.. fresh.Select(one => one.Row)]);
                    }

                    var refusal = Drop(live, outcome);
                    fresh.ForEach(one => answers[one.At] = refusal);
                    return;
            }
        }
    }

    private MessageRow Again(LiveConversation live, MessageRow row)
    {
        var (sequence, created) = live.Next(Now);
        var again = row with { Sequence = sequence, Created = created };
        live.Pending.Add(again.Uuid, again);
        return again;
    }

    private void Announce(LiveConversation live, Caller me, List<(int At, MessageRow Row)> committed, Answer<Accepted>[] answers)
    {
        var nick = live.Roster.Nick(me.UserId);
        var present = live.Roster.Present;
        var notices = new Notice[committed.Count];
        for (var i = 0; i < notices.Length; i++)
        {
            var (at, row) = committed[i];
            live.Remember(row);
            live.Receipts.Appended(row, present.Count);
            var message = Views.Message(row, live.Header, nick, new Tally(present.Count, 1, 1), readed: false);
            var payload = FrameWriter.Payload(new ResponseAddedMessage(message));
            notices[i] = Announcement(row, payload);
            answers[at] = new Accepted(payload);
        }

        _fanout.Send(present.Select(member => member.UserId), notices, except: me);
    }

    /// <summary>A retry gets the stored message once it is on disk; somebody else's uuid is a conflict.</summary>
    private static async Task AnswerRetried(LiveConversation live, Caller me, List<(int At, Guid Uuid)> retried, Answer<Accepted>[] answers)
    {
        foreach (var (at, uuid) in retried)
        {
            var row = live.Recent(uuid) ?? live.Pending.GetValueOrDefault(uuid);
            if (row is null || !await live.Confirmed())
            {
                answers[at] = NotConfirmed();
            }
            else if (row.UserId != me.UserId || row.IsEvent)
            {
                answers[at] = Refused.Conflict("messageUuid is taken: choose another");
            }
            else
            {
                answers[at] = new Accepted(FrameWriter.Payload(new ResponseAddedMessage(Unread(live, row))));
            }
        }
    }

    private async ValueTask<HashSet<Guid>> UnknownReplies(LiveConversation live, RequestAddMessage[] requests)
    {
        HashSet<Guid> unknown = [];
        foreach (var request in requests)
        {
            if (request.ReplyMessageUuid is { } reply && live.Recent(Guid.Parse(reply)) is null)
            {
                unknown.Add(Guid.Parse(reply));
            }
        }

        if (unknown.Count > 0)
        {
            unknown.ExceptWith((await messages.Find(Id, unknown)).Select(row => row.Uuid));

            // A reply may be pipelined behind the message it answers.
            unknown.ExceptWith(live.Pending.Keys);
            unknown.ExceptWith(requests.Select(request => Guid.Parse(request.MessageUuid)));
        }

        return unknown;
    }

    /// <summary>All or nothing: its author, or a group's admin.</summary>
    private async Task<Answer> Delete(Caller me, string[] uuids)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var (live, member) = here;
        var rows = await Visible(live, member, uuids);
        if (rows.Count < uuids.Select(Guid.Parse).Distinct().Count())
        {
            return Refused.NotFound("there is no such message");
        }

        if (rows.Any(row => row.IsEvent))
        {
            return Refused.Forbidden("an event cannot be deleted");
        }

        var admin = live.Roster.IsAdmin(me.UserId) && !live.Header.IsDialog;
        if (!admin && rows.Any(row => row.UserId != me.UserId))
        {
            return Refused.Forbidden("only its author or a group's admin deletes a message");
        }

        List<MessageRow> gone = [.. rows.Where(row => !row.Deleted).Select(row => row with { Deleted = true, Iv = null, Body = null })];
        if (gone.Count == 0)
        {
            return await Confirmed(live);
        }

        gone.ForEach(live.Remember);
        var marks = gone.Select(row => new MessageMark(row.Sequence, Deleted: true, row.Objectionable));
        if (await Commit(live, new LogEntry(Id, live.Term) { Marks = [.. marks] }) is { } refusal)
        {
            return refusal;
        }

        var notices = gone.Select(row => new DeleteMessageNotification(live.Header.UuidText, row.UuidText, me.UserId));
        Tell(live, [], live.Roster.Present.Select(one => one.UserId), me, [.. notices]);
        return Answer.Ok;
    }

    /// <summary>The answer to a write that is there already: ok once what is under way is on disk.</summary>
    private static async Task<Answer> Confirmed(LiveConversation live) =>
        await live.Confirmed() ? Answer.Ok : NotConfirmed();
}
