using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Grains.Budgets;
using Messenger.Grains.Fanout;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;

namespace Messenger.Grains.Conversations;

/// <summary>A conversation's actor; see <see cref="IConversationGrain"/> for what it promises.</summary>
/// <remarks>
/// Reentrant, so that a hundred messages share one commit instead of waiting for a hundred. What may interleave: anything, at every await.
/// Why it is safe: a change is checked and applied to <see cref="LiveConversation"/> without an await in between, handed to the log in that
/// same turn (<see cref="InTurn"/> is the only way to it), and answered when it is committed. The log commits in the order handed in. So two
/// changes never see the same sequence, a check never goes stale, and what an interleaved call may see early is a change whose commit is under
/// way; if that fails, all of it is dropped. An answer is made from the outcome of the entry that carries what it speaks of: who repeats a
/// change waits for that change's own entry, and so does who is refused because of it.
/// </remarks>
[Reentrant, SiloRole(SiloRoles.Worker), ByKey]
internal sealed partial class ConversationGrain(
    IMessageLog messages, IUserDirectory users, IConversationDirectory directory, IFileDirectory files, IReportStore reports, UserEndpoints locals, Relays relays,
    ConversationMemory memory, WriteBudgets budgets, TimeProvider timeProvider, ILogger<ConversationGrain> logger, SiloStop? stop = null)
    : Grain, IConversationGrain
{
    private LiveConversation? _live;
    private LiveConversation? _dropped;
    private FanoutQueue _fanout = null!;
    private long _blacklistReads;

    private Guid Id => this.GetPrimaryKey();

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _fanout = new FanoutQueue(Id, GrainFactory, locals, relays, timeProvider, logger, settled: () => messages.Settled(Id), stayAlive: StayAlive);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        using var limit = SiloStop.Leave(stop, reason, cancellationToken);
        try
        {
            await _recovery.WaitAsync(limit.Token);
            await _fanout.Drain(limit.Token);

            // Whoever loads it next, on whichever worker, must not find it in the journal of this one, which lives on.
            await messages.Leave(Id).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The log remembers what was not told: whoever takes over from this process raises the resyncs.
            _fanout.Stop();
            Log.FanoutUnfinished(logger);
        }
        finally
        {
            _left = true;
            _live?.Forget();
            _traffic?.Dispose();
        }
    }

    public Task RequireResync() => RequireResyncAfter("");

    public async Task RequireResyncAfter(string writer)
    {
        if (await Loaded() is { } live)
        {
            // Loading has raised it, where that found the journal. Until it is told the journal must stay.
            var told = Doubted(live, writer);
            if (!live.Header.Deleted)
            {
                await WakeForWhatMayBeUntold(live);
            }

            await told;
        }
    }

    public async Task BlackListChanged()
    {
        if (await Current() is { Header.IsDialog: true } live)
        {
            await RefreshBlacklisting(live);
        }
    }

    /// <summary>The conversation and the actor's place in it; nothing for who is no member, as if there were none.</summary>
    private async ValueTask<(LiveConversation Live, MemberRow Member)?> Membership(Caller me) =>
        await Current() is { } live && live.Roster.Member(me.UserId) is { } member ? (live, member) : null;

    /// <summary>A dialog in which one person is left: the other left, or their account is gone.</summary>
    private static bool IsClosed(LiveConversation live) => live.Header.IsDialog && live.Roster.Present.Count < 2;

    /// <summary>
    /// In a dialog, why who is blocked, or left alone, may do nothing but read, send receipts, report, leave and delete what is its own.
    /// Asked in the turn of the change.
    /// </summary>
    private static Error? Blocked(LiveConversation live, Caller me) => Blocked(live, me.UserId);

    private static Error? Blocked(LiveConversation live, string userId) =>
        IsClosed(live) ? Error.Forbidden("the other side has left: this dialog is closed") : Blacklisted(live, userId);

    private static Error? Blacklisted(LiveConversation live, string userId) =>
        live.Blacklisting.Any(user => user != userId) ? Error.Forbidden("this person does not take messages from you") : null;

    /// <summary>Commits a change that was applied already. Null when it is on disk.</summary>
    private async Task<Error?> Commit(LiveConversation live, LogEntry entry)
    {
        var outcome = await live.Commit(messages, entry);
        if (outcome == LogOutcome.Committed)
        {
            return null;
        }

        if (outcome == LogOutcome.Unknown)
        {
            _unknownOutcomes.Add();
        }

        return outcome == LogOutcome.Refused && !entry.BearsOthers ? ValueRefused() : Drop(live, outcome);
    }

    private Error Drop(LiveConversation live, LogOutcome outcome)
    {
        Log.CommitFailed(logger, outcome);

        // What was pipelined behind the first failure is fenced by the log; only the first says what happened.
        if (!live.Dropped)
        {
            live.Dropped = true;
            live.Forget();
            _live = _live == live ? null : _live;
            _dropped = live;
            if (outcome == LogOutcome.Fenced && live.History == messages.History)
            {
                // Another activation writes this conversation: it tells what it writes. Let the directory decide whom calls go to.
                DeactivateOnIdle();
            }
        }

        if (outcome == LogOutcome.Unknown || live.History != messages.History)
        {
            _recovery = _recovery.IsCompleted ? Recover() : _recovery;
        }

        return outcome == LogOutcome.Refused ? ValueRefused() : NotConfirmed();
    }

    /// <summary>Tells a committed change to everyone in the conversation, the events first come first.</summary>
    private void Tell(LiveConversation live, List<MessageRow> rows, IEnumerable<string> audience, Caller? except, params INotification[] first)
    {
        SerializedNotification[] notifications =
        [
            .. first.Select(notification => SerializedNotification.From(notification, Woken(live, notification, except), Now)),
            .. rows.Select(row => Announce(live, row)),
        ];
        _fanout.Send(audience, notifications, except);
    }

    /// <summary>Who was added to a group is woken: its first message may be hours away. A dialog wakes with its first message.</summary>
    private PushHint? Woken(LiveConversation live, INotification notification, Caller? actor) =>
        notification is NotificationAddMemberToConversation added && !live.Header.IsDialog && actor is not null
            ? PushHint.Added(Id, added.UserId, actor.UserId)
            : null;

    private SerializedNotification Announce(LiveConversation live, MessageRow row) => Announcement(row, FrameWriter.Payload(new ResponseAddedMessage(Unread(live, row))));

    /// <summary>As the answer to its author and the notification to the others show it.</summary>
    private Message Unread(LiveConversation live, MessageRow row) => WireViews.Message(
        row, live.Header, Roster.Nick(live.Roster.Ever(row.UserId), row.Sequence, reader: null), live.Receipts.Tally(row, live.Roster), readed: false, Now);

    /// <summary>Whom a row is told to: who was there when it took its sequence, be it that they left, or others came, before it was on disk.</summary>
    private static IEnumerable<string> Audience(LiveConversation live, MessageRow row) => live.Roster.At(row.Sequence).Select(member => member.UserId);

    /// <summary>Who is told of what hangs on a message: those who are there now and may see it. To be asked in the turn of the change.</summary>
    private static List<string> Onlookers(LiveConversation live, MessageRow row) =>
        [.. live.Roster.Present.Where(member => member.Sees(row.Sequence)).Select(member => member.UserId)];

    /// <summary>The answer's payload is the notification's: the same bytes, made once.</summary>
    private SerializedNotification Announcement(MessageRow row, byte[] payload) => new(
        nameof(NotificationAddedMessageToConversation), payload, Replayed: true,
        row.IsEvent || row.IsSilent ? null : new PushHint(Id, row.UuidText, row.UserId) { IsUrgent = row.IsUrgent, Expires = row.Expires }, Now)
    { Trace = Traces.Current, Additions = Extensions(row, payload), Expires = row.Expires };

    /// <summary>What the payload of a message has besides, for those who named it; null for nearly all.</summary>
    private static Addition[]? Extensions(MessageRow row, byte[] payload)
    {
        if (!row.IsSilent && row.Expires is null)
        {
            return null;
        }

        Addition[] silent = row.IsSilent ? [Addition.Last(Features.Hints, payload, 2, "kind", MessageKinds.Silent)] : [];
        return row.Expires is { } expires ? [.. silent, Addition.Last(Features.Expiry, payload, 2, "expires", expires)] : silent;
    }

    /// <summary>Of two that read at the same time the one that began later stands: the other may have read what was so before.</summary>
    private async Task RefreshBlacklisting(LiveConversation live)
    {
        var mine = ++_blacklistReads;
        var blacklisting = await BlacklistingIn(live);
        if (mine == _blacklistReads)
        {
            live.Blacklisting = blacklisting;
        }
    }

    private async Task<IReadOnlySet<string>> BlacklistingIn(LiveConversation live)
    {
        if (!live.Header.IsDialog || live.Roster.Present is not [var one, var other])
        {
            return new HashSet<string>();
        }

        var byOther = await users.BlackListing(one.UserId, [other.UserId]);
        var byOne = await users.BlackListing(other.UserId, [one.UserId]);
        return byOther.Concat(byOne).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A row that tells an event, with its place in the log taken.</summary>
    private MessageRow Event(LiveConversation live, string type, string actor, string? about)
    {
        var (sequence, created) = live.Next(Now);
        live.Counts(created);
        var uuid = Guid.NewGuid();
        return new MessageRow(
            sequence, uuid, uuid.ToString(), actor, live.Header.SessionKeyText, null, null, created, HasFiles: false, type, about,
            Objectionable: false, Deleted: false, ReplyUuid: null);
    }

    private static Error NotConfirmed() => Error.Unavailable("the store did not confirm the write; send the same request again");

    /// <summary>The log is certain that nothing of it is there: its sender's matter alone, and nobody is told of a resync.</summary>
    private static Error ValueRefused() => Error.BadRequest("the store does not take a value of this request: look at its texts");

    private static Error NotFound() => Error.NotFound("there is no such conversation");
}
