using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans.Concurrency;

namespace Messenger.Grains.Conversations;

/// <summary>Sending, typing, deleting.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>Typing is passed on at most this often per person.</summary>
    private static readonly TimeSpan TypingPause = TimeSpan.FromSeconds(2);

    /// <summary>What is under way is on disk within a second, where the store is well.</summary>
    private const int ShortMemorySeconds = 2;

    private readonly Dictionary<string, long> _typed = new(StringComparer.Ordinal);

    public Task<Result<SerializedResponse>[]> AddMessages(Caller me, Immutable<RequestAddMessage[]> requests) => Add(new Sending(me, requests.Value, budgets.For(me.UserId)));

    public Task<Result<SerializedResponse>[]> AddMessagesUnlessNew(Caller me, Immutable<RequestAddMessage[]> requests, Immutable<Error?[]> otherwise) =>
        Add(new Sending(me, requests.Value, budgets.For(me.UserId)) { Otherwise = otherwise.Value });

    private async Task<Result<SerializedResponse>[]> Add(Sending sending)
    {
        var bytes = sending.Bytes;
        if (!memory.TryReserve(bytes))
        {
            // What is no repeat is refused; a repeat needs no room that its answer does not need anyway.
            sending.RefuseNew(Error.Unavailable("the server's memory for messages is used up", ShortMemorySeconds));
            bytes = 0;
        }

        try
        {
            return await AddWithin(sending);
        }
        finally
        {
            memory.Budget.Release(bytes);
        }
    }

    private async Task<Result<SerializedResponse>[]> AddWithin(Sending sending)
    {
        try
        {
            var outcome = await InTurn(live => Send(live, sending));
            sending.RefuseTheRest(outcome.Error ?? NotConfirmed());
            await AnswerRepeats(sending);
        }
        finally
        {
            // Reading may have failed on the way: whoever waits for one of these must not wait for ever.
            sending.GiveUp(NotConfirmed());
        }

        await _fanout.Room();
        return sending.Results;
    }

    public Task<Result> Typing(Caller me, RequestTyping request) => Change(me, (live, _) =>
    {
        if (Blocked(live, me) is not null)
        {
            // Swallowed: that one is blocked is learned by writing, not by every key.
            return Decision.Ok;
        }

        var now = Now;
        if (_typed.TryGetValue(me.UserId, out var before) && now - before < TypingPause.TotalMilliseconds)
        {
            return Decision.Ok;
        }

        _typed[me.UserId] = now;
        if (!budgets.For(me.UserId).TryTake(WriteCost.Signal(live.Roster.Present.Count)))
        {
            // Swallowed too: what nobody would miss is not worth asking for more.
            return Decision.Ok;
        }

        var others = live.Roster.Present.Where(member => member.UserId != me.UserId).Select(member => member.UserId);
        _fanout.SendUnsettled(others, [SerializedNotification.From(new NotificationTyping(live.Header.UuidText, me.UserId))]);
        return Decision.Ok;
    });

    public Task<Result> DeleteMessage(Caller me, RequestDeleteMessage request) => Delete(me, [request.Uuid]);

    public Task<Result> DeleteMessages(Caller me, RequestDeleteMessages request) => Delete(me, request.Uuids);

    /// <param name="answered">The message that it replies to; null for none.</param>
    private MessageRow Row(LiveConversation live, Caller me, RequestAddMessage request, Guid uuid, MessageRow? answered)
    {
        var silent = request.Kind == MessageKinds.Silent;
        long? active = silent ? live.ActiveBefore() : null;
        var (sequence, created) = live.Next(Now);
        var row = new MessageRow(
            sequence, uuid, request.MessageUuid, me.UserId, request.SessionKeyUuid, request.IvBase64, request.BodyEncryptedBase64, created,
            request.HasFiles, null, null, Objectionable: false, Deleted: false, request.ReplyMessageUuid)
        {
            Active = active,
            Expires = Expiry(live, request, created, silent ? answered?.Expires : null),
            IsUrgent = request.Kind == MessageKinds.Urgent && live.Roster.Present.Count <= MessageKinds.MostUrged,
        };
        live.Receipts.Placed(row, live.Roster.Present.Count);
        return row;
    }

    /// <summary>
    /// Decides each message of a call: a repeat is recognised before any rule is asked. What memory does not know is looked up in the log only
    /// where a rule says no; else the log itself says that it has the uuid, see <see cref="Accept"/>.
    /// </summary>
    private Decision Send(LiveConversation? live, Sending sending)
    {
        if (live is not { Header.Deleted: false } || live.Roster.Reader(sending.Me.UserId) is not { } ever)
        {
            return NotFound();
        }

        if (!sending.BeginIn(live))
        {
            // What was under way was dropped with the state that it rested on.
            return NotConfirmed();
        }

        var plan = new Plan[sending.Results.Length];
        HashSet<Guid> accepted = [];
        HashSet<Guid> lacking = [];
        List<Task> waits = [];
        var (cost, isShort) = (default(WriteCost), false);
        foreach (var at in sending.Open)
        {
            var uuid = sending.Uuids[at];
            if (sending.Rows.Row(live, uuid) is { } stored)
            {
                plan[at] = new Plan { Stored = stored };
            }
            else if (accepted.Contains(uuid) || (live.Pending.ContainsKey(uuid) && !sending.Fresh.ContainsKey(at)))
            {
                plan[at] = new Plan { Repeats = true };
            }
            else if ((FindError(live, ever, sending, at, accepted, lacking, waits) ?? Unpaid(live, sending, at, ref cost, ref isShort)) is not { } error)
            {
                accepted.Add(uuid);
            }
            else if (!sending.Rows.Knows(live, uuid))
            {
                lacking.Add(uuid);
            }
            else
            {
                plan[at] = new Plan { Error = error };
            }
        }

        return lacking.Count > 0 ? Decision.After(sending.Rows.Read(messages, live, lacking))
            : waits.Count > 0 ? Decision.After(All(waits))
            : isShort || !sending.Payment.TryTake(cost) ? Decision.After(sending.Payment.Lease(cost))
            : Apply(live, sending, plan);
    }

    private static async Task All(IEnumerable<Task> waits)
    {
        foreach (var wait in waits)
        {
            await wait;
        }
    }

    /// <summary>What stands against a message that is no repeat. What has to be known first goes to <paramref name="lacking"/> or <paramref name="waits"/>.</summary>
    private Error? FindError(
        LiveConversation live, MemberRow ever, Sending sending, int at, HashSet<Guid> accepted, HashSet<Guid> lacking, List<Task> waits)
    {
        var request = sending.Requests[at];
        if (ever.LeftAt is not null)
        {
            return NotFound();
        }

        if (sending.Otherwise?[at] is { } otherwise)
        {
            return otherwise;
        }

        if (Blocked(live, sending.Me) is { } blocked)
        {
            return blocked;
        }

        var key = Guid.Parse(request.SessionKeyUuid);
        switch (live.HasKey(key) ?? sending.OlderKeys.GetValueOrDefault(key))
        {
            case null:
                waits.Add(OlderKey(live.Id, sending, key));
                return null;
            case false:
                return Error.BadRequest("sessionKeyUuid is no session key of this conversation");
        }

        // It may answer one that was sent right before it.
        if (sending.Replies[at] is not { } reply || accepted.Contains(reply))
        {
            return null;
        }

        if (live.Outline(reply) is null && !sending.Rows.Knows(live, reply))
        {
            if (live.Pending.TryGetValue(reply, out var other) && !sending.Sends(reply))
            {
                waits.Add(other.Outcome);
                return null;
            }

            if (reply != sending.Uuids[at])
            {
                lacking.Add(reply);
                return null;
            }
        }

        return (live.Outline(reply) ?? sending.Rows.Row(live, reply)) is { } row && ever.Sees(row.Sequence)
            ? null : Error.BadRequest("replyMessageUuid is no message of this conversation that you can see");
    }

    /// <summary>Whether an old key is one of this conversation: one that the sender has a copy of, since without it nothing can be encrypted under it.</summary>
    private async Task OlderKey(Guid conversation, Sending sending, Guid key) =>
        sending.OlderKeys[key] = await messages.FindKey(conversation, key, sending.Me.UserId) is not null;

    /// <summary>What was decided is done, and handed to the log, in the turn that decided it.</summary>
    private Decision Apply(LiveConversation live, Sending sending, Plan[] plan)
    {
        foreach (var at in sending.Open.ToList())
        {
            if (plan[at].Stored is { } stored)
            {
                live.Remember(stored);
                sending.Stored(at, stored, Stored(live, sending.Me, stored));
            }
            else if (plan[at].Error is { } error)
            {
                sending.Refuse(at, error, live.Ruling);
            }
            else if (plan[at].Repeats)
            {
                sending.Repeat(at, live.Pending[sending.Uuids[at]]);
            }
            else
            {
                sending.Carry(at, Row(live, sending.Me, sending.Requests[at], sending.Uuids[at], Answered(live, sending, at)));
            }
        }

        return sending.Fresh.Count == 0 ? Decision.Ok : Decision.Handed(Accept(live, sending));
    }

    /// <summary>
    /// Commits the new ones. Where the log knows one of the uuids nothing of the entry is kept: it is looked which, and all of it is decided again.
    /// </summary>
    private async Task<Result?> Accept(LiveConversation live, Sending sending)
    {
        List<(int At, MessageRow Row)> fresh = [.. sending.Fresh.Take(sending.OneByOne ? 1 : int.MaxValue).Select(one => (one.Key, one.Value.Row))];
        var nick = live.Roster.Nick(sending.Me.UserId);
        using var place = _telling.Next();
        string[] accepts = live.Unaccepted.Contains(sending.Me.UserId) ? [sending.Me.UserId] : [];
        var outcome = await live.Commit(messages, new LogEntry(Id, live.Term) { Messages = [.. fresh.Select(one => one.Row)], Accepts = accepts });
        switch (outcome)
        {
            case LogOutcome.Committed:
                live.Unaccepted.ExceptWith(live.Roster.Member(sending.Me.UserId)?.JoinedAt <= fresh[0].Row.Sequence ? accepts : []);
                Announce(live, sending, nick, fresh, place);
                return sending.Fresh.Count > 0 ? (Result?)null : Result.Ok;
            case LogOutcome.Refused when fresh.Count > 1:
                // One of them it is: each goes alone from here on.
                sending.OneByOne = true;
                return null;
            case LogOutcome.Refused:
                // Nothing rests on a message that is not there, and memory never showed it.
                sending.Refuse(fresh[0].At, ValueRefused(), null);
                return sending.Fresh.Count > 0 ? (Result?)null : Result.Ok;
            case LogOutcome.Duplicate:
                place.Dispose();
                await sending.Rows.Read(messages, live, [.. fresh.Select(one => one.Row.Uuid)]);
                return null;
            default:
                if (outcome == LogOutcome.Unknown)
                {
                    _unknownOutcomes.Add(sending.Me, [.. fresh.Select(one => one.Row)]);
                }

                return Drop(live, outcome);
        }
    }

    /// <summary>What took its place in one turn is told to who was there then, and with the numbers and the nick of then.</summary>
    private void Announce(LiveConversation live, Sending sending, string? nick, List<(int At, MessageRow Row)> committed, TellingOrder.Place place)
    {
        var notifications = new SerializedNotification[committed.Count];
        for (var i = 0; i < notifications.Length; i++)
        {
            var (at, row) = committed[i];
            live.Remember(row);
            live.Receipts.Kept(row);
            if (!row.IsSilent)
            {
                live.Counts(row.Created);
            }

            var message = WireViews.Message(row, live.Header, nick, live.Receipts.Tally(row, live.Roster), readed: false, Now);
            var payload = FrameWriter.Payload(new ResponseAddedMessage(message));
            notifications[i] = Announcement(row, payload);
            sending.Stored(at, row, new SerializedResponse(payload) { Additions = notifications[i].Additions });
        }

        place.Tell(() => _fanout.Send(Audience(live, committed[0].Row), notifications, except: sending.Me));
    }

    /// <summary>Each of these has an entry of its own under way, which somebody else handed in: what becomes of that one is the answer.</summary>
    private async Task AnswerRepeats(Sending sending)
    {
        foreach (var (at, pending) in sending.Repeats)
        {
            var (row, error) = await pending.Outcome;
            sending.Results[at] = row is not null ? Stored(sending.Live!, sending.Me, row)
                : pending.Row.UserId == sending.Me.UserId ? error!
                : NotConfirmed();
        }

        await sending.ConfirmRefusals(NotConfirmed());
    }

    /// <summary>A retry gets the stored message; somebody else's uuid is a conflict.</summary>
    private Result<SerializedResponse> Stored(LiveConversation live, Caller me, MessageRow row) =>
        row.UserId == me.UserId && !row.IsEvent && live.Roster.Ever(me.UserId)?.Ended.Contains(row.Sequence) != true
            ? Repeated(row, FrameWriter.Payload(new ResponseAddedMessage(Unread(live, row))))
        : live.Roster.Member(me.UserId) is null ? NotFound()
        : Error.Conflict("messageUuid is taken: choose another");

    private static SerializedResponse Repeated(MessageRow row, byte[] payload) => new(payload, Repeated: true) { Additions = Extensions(row, payload) };

    /// <summary>All or nothing: its author, be it one who has left, or who may delete others' (<see cref="MayDeleteOthers"/>).</summary>
    private Task<Result> Delete(Caller me, string[] uuids)
    {
        var wanted = uuids.Select(Guid.Parse).Distinct().ToList();
        var read = new RowsRead(outlines: true);
        return InTurn(live =>
        {
            if (live is not { Header.Deleted: false } || live.Roster.Reader(me.UserId) is not { } reader)
            {
                return NotFound();
            }

            if (read.Lacking(live, wanted) is { Count: > 0 } lacking)
            {
                return Decision.After(read.Read(messages, live, lacking));
            }

            List<MessageRow> rows = [.. wanted.Select(uuid => read.Row(live, uuid)).OfType<MessageRow>().Where(row => reader.Sees(row.Sequence))];
            if (rows.Count < wanted.Count)
            {
                return Error.NotFound("there is no such message");
            }

            if (rows.Any(row => row.IsEvent))
            {
                return Error.Forbidden("an event cannot be deleted");
            }

            if (!MayDeleteOthers(live, me) && rows.Any(row => row.UserId != me.UserId))
            {
                return Error.Forbidden("only its author, a group's admin or either side of an open dialog deletes a message");
            }

            return MarkDeleted(live, rows, _ => me.UserId, me);
        });
    }

    /// <param name="by">Who is named for each.</param>
    /// <param name="except">Whose device has its answer; null: every device is told.</param>
    private Decision MarkDeleted(LiveConversation live, List<MessageRow> rows, Func<MessageRow, string> by, Caller? except)
    {
        List<MessageRow> gone = [.. rows.Where(row => !row.Deleted).Select(row => row with { Deleted = true, Iv = null, Body = null })];
        if (gone.Count == 0)
        {
            var places = rows.Select(row => row.Sequence).ToHashSet();
            return Carried(live, entry => entry.Marks.Any(mark => mark.Deleted && places.Contains(mark.Sequence)) ? true : null);
        }

        gone.ForEach(live.Remember);

        // Nobody hears of a message from before they joined. Fixed in this turn: who joins meanwhile finds it deleted.
        List<(string User, List<MessageRow> Seen)> told =
            [.. live.Roster.Present.Select(one => (one.UserId, gone.FindAll(row => one.Sees(row.Sequence)))).Where(one => one.Item2.Count > 0)];
        var marks = gone.Select(row => new MessageMark(row.Sequence, Deleted: true, row.Objectionable));
        return Commit(live, new LogEntry(Id, live.Term) { Marks = [.. marks] }, () =>
        {
            var notifications = gone.ToDictionary(
                row => row.Uuid, row => SerializedNotification.From(new DeleteMessageNotification(live.Header.UuidText, row.UuidText, by(row)), committed: Now));
            _fanout.Send(told.Select(one => (one.User, one.Seen.Select(row => notifications[row.Uuid]).ToArray())), except);
        });
    }

    /// <summary>A group's admin, and both sides of a dialog in which there are two: but not one that the other has blacklisted.</summary>
    private static bool MayDeleteOthers(LiveConversation live, Caller me) =>
        live.Roster.IsAdmin(me.UserId) && (!live.Header.IsDialog || (live.Roster.Present.Count == 2 && Blocked(live, me) is null));

    /// <summary>What is to become of one message of a call; of one with nothing in it a row is committed.</summary>
    private readonly record struct Plan(MessageRow? Stored, Error? Error, bool Repeats);
}
