using Messenger.Contracts;
using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>Loading, and what was left unconfirmed before it.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>While the store is away: its own reconnecting paces what comes of asking again.</summary>
    private static readonly TimeSpan RecoveryPause = TimeSpan.FromSeconds(1);

    private Task<LiveConversation?>? _loading;
    private readonly UnknownOutcomes _unknownOutcomes = new();
    private Task _recovery = Task.CompletedTask;
    private bool _left;

    /// <summary>The resyncs that this activation raised, by the writer that may have left something untold: each completes when it is told.</summary>
    private readonly Dictionary<string, Task> _doubts = new(StringComparer.Ordinal);

    /// <summary>The conversation; null when there is none or it was deleted.</summary>
    private async ValueTask<LiveConversation?> Current() =>
        await Loaded() is { Header.Deleted: false } live ? live : null;

    /// <summary>The conversation, deleted or not, loaded once however many calls want it.</summary>
    private async ValueTask<LiveConversation?> Loaded()
    {
        if (Valid() is { } live)
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

    /// <summary>What is in memory; null when the store went back in time since it was loaded.</summary>
    private LiveConversation? Valid()
    {
        if (_live is { } live && live.History != messages.History)
        {
            Drop(live, LogOutcome.Fenced);
        }

        return _live;
    }

    private async Task<LiveConversation?> Load()
    {
        var dropped = _dropped;
        if (dropped is not null)
        {
            await dropped.Quiet;
        }

        if (!locals.MayTell)
        {
            // To load is to take over, perhaps from whoever has taken over from here.
            throw new StoreUnavailableException("this process does not know whether it is a member of the cluster still");
        }

        if (await messages.Load(Id) is not { } state)
        {
            // What was not confirmed was the creation, and it never came to be.
            SettleUnconfirmed(_ => ([], []));
            RequireResyncOfEarlier(dropped, null);
            return null;
        }

        var live = new LiveConversation(Id, state, memory.Keep());

        // Whoever blacklists from now on tells this actor, which waits for the load and reads it anew.
        live.Blacklisting = state.Blacklisting ?? await BlacklistingIn(live);
        _fanout.Term = live.Term;
        RequireResyncs(live, state);
        await TellUnconfirmed(live);
        RequireResyncOfEarlier(dropped, live);
        _dropped = null;
        if (_left)
        {
            // Nobody ends it after this.
            live.Forget();
        }

        _live?.Forget();
        return _live = live;
    }

    /// <summary>
    /// What the predecessors of this activation may have left untold is said before its own first notification: a device that got something newer
    /// before would never look for what is missing.
    /// </summary>
    /// <remarks>No await: nothing is sent between the load and this.</remarks>
    private void RequireResyncs(LiveConversation live, ConversationState state)
    {
        foreach (var writer in state.UndeliveredBy)
        {
            // Again with each load: that writer may have committed since.
            _doubts[writer] = Raise(live);
        }

        // What this process has not settled is this activation's own business, unless it has sent nothing: then an earlier one was cut off here.
        if (state.Undelivered > 0 && !_fanout.HasSent && _dropped is null && _unknownOutcomes.Entries.Count == 0)
        {
            _ = Settle(Raise(live), state.Undelivered);
        }
    }

    /// <summary>The resync of one writer's end, raised once; completes when it is told.</summary>
    private Task Doubted(LiveConversation live, string writer) =>
        _doubts.TryGetValue(writer, out var told) && told is { IsFaulted: false, IsCanceled: false } ? told : _doubts[writer] = Raise(live);

    private Task Raise(LiveConversation live)
    {
        // The people of a deleted conversation may not have heard of its end.
        Log.ResyncRequired(logger);
        return _fanout.RequireResync(live.Roster.Present.Select(member => member.UserId));
    }

    /// <summary>Owned by nobody: it ends with the fan-out, and what is not settled then stays in the journal.</summary>
    private async Task Settle(Task told, int entries)
    {
        try
        {
            await told;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        for (var i = 0; i < entries; i++)
        {
            messages.Settled(Id);
        }
    }

    /// <summary>Where the store went back in time, its people may have been told what is not there any more: before they are told anything newer, they doubt.</summary>
    private void RequireResyncOfEarlier(LiveConversation? dropped, LiveConversation? live)
    {
        if (dropped is not null && dropped.History != (live?.History ?? messages.History))
        {
            _ = _fanout.RequireResync(dropped.Roster.Present.Concat(live?.Roster.Present ?? []).Select(member => member.UserId).Distinct(StringComparer.Ordinal));
            _dropped = null;
        }
    }

    /// <summary>Of the messages whose commit had an unknown outcome, those that are on disk are told now, as they would have been then.</summary>
    private async Task TellUnconfirmed(LiveConversation live)
    {
        var doubtful = _unknownOutcomes.IsUncertain;
        var tried = doubtful ? [] : _unknownOutcomes.Entries.SelectMany(entry => entry.Rows).Select(Identity).ToHashSet();
        var kept = (await messages.Find(Id, [.. tried.Select(one => one.Uuid)])).Where(row => tried.Contains(Identity(row))).ToDictionary(row => row.Uuid);

        // No await from here on: told once.
        var people = live.Roster.Present.Select(member => member.UserId).ToList();
        if (doubtful)
        {
            _ = _fanout.RequireResync(people);
        }

        SettleUnconfirmed(rows =>
        {
            List<MessageRow> found = [.. rows.Select(row => kept.GetValueOrDefault(row.Uuid)).OfType<MessageRow>()];
            SerializedNotification[] notifications = [.. found.Select(row => Announce(live, row))];

            // The rows of an entry took their sequences in one turn: they are for the same people.
            return (found.Count > 0 ? [.. Audience(live, found[0])] : doubtful ? people : [], notifications);
        });
    }

    /// <summary>
    /// What makes a stored row the very one that was tried here: a client's retry through another activation has the same uuid, and may have got the same
    /// place. That one tells of it itself.
    /// </summary>
    private static (Guid Uuid, long Sequence, long Created) Identity(MessageRow row) => (row.Uuid, row.Sequence, row.Created);

    /// <summary>Each entry is settled, in the log, when the people have what there is to tell of it.</summary>
    private void SettleUnconfirmed(Func<IReadOnlyList<MessageRow>, (List<string> People, SerializedNotification[] Notifications)> told)
    {
        foreach (var (author, rows) in _unknownOutcomes.Entries)
        {
            var (people, notifications) = told(rows);
            _fanout.Send(people, notifications, except: author);
        }

        _unknownOutcomes.Clear();
    }

    /// <summary>After a commit of unknown outcome: looks at what became of it, without waiting for the next call. Silence would be loss.</summary>
    private async Task Recover()
    {
        while ((_unknownOutcomes.Entries.Count > 0 || (_dropped is { } gone && gone.History != messages.History)) && !_left)
        {
            StayAlive();
            try
            {
                await Loaded();
            }
            catch (WriterFencedException)
            {
                // Another process has this conversation, and tells of what it finds in the log.
                DeactivateOnIdle();
                return;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(RecoveryPause, timeProvider);
            }
        }
    }

    private void StayAlive() => DelayDeactivation(TimeSpan.FromMinutes(1));
}
