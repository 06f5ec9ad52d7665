using Messenger.Grains.Devices;
using Messenger.Grains.Placement;
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
/// same turn, and answered when it is committed. The log commits in the order handed in. So two changes never see the same sequence, a check
/// never goes stale, and what an interleaved call may see early is a change whose commit is under way; if that fails, all of it is dropped.
/// </remarks>
[Reentrant, SiloRole(SiloRoles.Worker)]
internal sealed partial class ConversationGrain(
    IMessageLog messages, IUserDirectory users, IReportStore reports, TimeProvider clock, ILogger<ConversationGrain> logger)
    : Grain, IConversationGrain
{
    /// <summary>Rows told again after a commit of unknown outcome; past that everyone resynchronises.</summary>
    private const int CatchUp = 1000;

    private LiveConversation? _live;
    private LiveConversation? _dropped;
    private Task<LiveConversation?>? _loading;
    private Fanout _fanout = null!;
    private long? _toldTo;
    private bool _doubtful;

    private Guid Id => this.GetPrimaryKey();

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _fanout = new Fanout(
            GrainFactory, clock, logger, settled: () => messages.Settled(Id), stayAlive: () => DelayDeactivation(TimeSpan.FromMinutes(1)));
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            await _fanout.Drain(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The log remembers what was not told: whoever takes over from this process raises the doubts.
            _fanout.Stop();
            Log.FanoutUnfinished(logger);
        }
    }

    public async Task Doubt()
    {
        // The people of a deleted conversation may not have heard of its end.
        if (await Loaded() is { } live)
        {
            _fanout.Doubt(live.Roster.Present.Select(member => member.UserId));
            if (!live.Header.Deleted)
            {
                await WakeForWhatMayBeUntold(live);
            }
        }
    }

    public async Task BlackListChanged()
    {
        if (await Current() is { Header.IsDialog: true } live)
        {
            live.Blacklisting = await BlacklistingIn(live);
        }
    }

    /// <summary>The conversation; null when there is none or it was deleted.</summary>
    private async ValueTask<LiveConversation?> Current() =>
        await Loaded() is { Header.Deleted: false } live ? live : null;

    /// <summary>The conversation, deleted or not, loaded once however many calls want it.</summary>
    private async ValueTask<LiveConversation?> Loaded()
    {
        if (_live is { } live)
        {
            return live;
        }

        var loading = _loading ??= Load();
        try
        {
            return await loading;
        }
        finally
        {
            if (_loading == loading)
            {
                _loading = null;
            }
        }
    }

    /// <summary>The conversation and the actor's place in it; nothing for who is no member, as if there were none.</summary>
    private async ValueTask<(LiveConversation Live, MemberRow Member)?> Membership(Caller me) =>
        await Current() is { } live && live.Roster.Member(me.UserId) is { } member ? (live, member) : null;

    private async Task<LiveConversation?> Load()
    {
        if (_dropped is { } dropped)
        {
            await dropped.Quiet;
        }

        if (await messages.Load(Id) is not { } state)
        {
            return null;
        }

        var live = new LiveConversation(Id, state);
        live.Blacklisting = await BlacklistingIn(live);
        await TellWhatWasCommittedUnknown(live);
        _dropped = null;
        return _live = live;
    }

    /// <summary>After a commit of unknown outcome the log may hold messages that nobody was told of.</summary>
    private async Task TellWhatWasCommittedUnknown(LiveConversation live)
    {
        var people = live.Roster.Present.Select(member => member.UserId);
        if (_doubtful || live.Head - _toldTo > CatchUp)
        {
            _fanout.Doubt(people);
        }
        else if (_toldTo < live.Head)
        {
            var rows = await messages.Read(Id, new SequenceRange(_toldTo.Value + 1, live.Head), CatchUp, newestFirst: false);
            _fanout.SendUnsettled(people, [.. rows.Select(row => Announce(live, row))]);
        }

        _doubtful = false;
        _toldTo = live.Head;
    }

    /// <summary>Commits a change that was applied already. Null when it is on disk.</summary>
    private async Task<Refused?> Commit(LiveConversation live, LogEntry entry)
    {
        var outcome = await live.Commit(messages, entry);
        return outcome == LogOutcome.Committed ? null : Drop(live, outcome, messagesOnly: false);
    }

    private Refused Drop(LiveConversation live, LogOutcome outcome, bool messagesOnly)
    {
        Log.CommitFailed(logger, outcome);
        _doubtful |= outcome == LogOutcome.Unknown && !messagesOnly;

        // What was pipelined behind the first failure is fenced by the log; only the first says what happened.
        if (!live.Dropped)
        {
            live.Dropped = true;
            _live = _live == live ? null : _live;
            _dropped = live;
            if (outcome == LogOutcome.Fenced)
            {
                // Another activation writes this conversation: it tells what it writes. Let the directory decide whom calls go to.
                _toldTo = null;
                DeactivateOnIdle();
            }
        }

        return Unconfirmed();
    }

    /// <summary>Tells a committed change to everyone in the conversation, the events first come first.</summary>
    private void Tell(LiveConversation live, List<MessageRow> rows, IEnumerable<string> audience, Caller? except, params INotification[] first)
    {
        if (rows.Count > 0)
        {
            _toldTo = Math.Max(_toldTo ?? 0, rows[^1].Sequence);
        }

        Notice[] notices =
        [
            .. first.Select(notification => Notice.Of(notification, committed: Now)),
            .. rows.Select(row => Announce(live, row)),
        ];
        _fanout.Send(audience, notices, except);
    }

    private Notice Announce(LiveConversation live, MessageRow row) => Announcement(row, FrameWriter.Payload(new ResponseAddedMessage(Unread(live, row))));

    /// <summary>As the answer to its author and the notification to the others show it.</summary>
    private static Message Unread(LiveConversation live, MessageRow row) =>
        Views.Message(row, live.Header, live.Roster.Nick(row.UserId), live.Receipts.Tally(row, live.Roster), readed: false);

    /// <summary>The answer's payload is the notification's: the same bytes, made once.</summary>
    private Notice Announcement(MessageRow row, byte[] payload) => new(
        nameof(NotificationAddedMessageToConversation), payload, Replayed: true,
        row.IsEvent ? null : new PushHint(Id, row.UuidText, row.UserId), Now);

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
        var uuid = Guid.NewGuid();
        return new MessageRow(
            sequence, uuid, uuid.ToString(), actor, live.Header.SessionKeyText, null, null, created, HasFiles: false, type, about,
            Objectionable: false, Deleted: false, ReplyUuid: null);
    }

    private static Refused Unconfirmed() => Refused.Unavailable("the store did not confirm the write; send the same request again");

    private static Refused NotFound() => Refused.NotFound("there is no such conversation");
}
