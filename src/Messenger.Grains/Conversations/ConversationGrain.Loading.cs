using Messenger.Grains.Devices;
using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>Loading, and what was left unconfirmed before it.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>While the store is away: its own reconnecting paces what comes of asking again.</summary>
    private static readonly TimeSpan RecoveryPause = TimeSpan.FromSeconds(1);

    private Task<LiveConversation?>? _loading;
    private readonly Unconfirmed _unconfirmed = new();
    private Task _recovery = Task.CompletedTask;
    private bool _left;

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

    private async Task<LiveConversation?> Load()
    {
        if (_dropped is { } dropped)
        {
            await dropped.Quiet;
        }

        if (await messages.Load(Id) is not { } state)
        {
            // What was not confirmed was the creation, and it never came to be.
            SettleUnconfirmed(_ => ([], []));
            return null;
        }

        var live = new LiveConversation(Id, state);
        live.Blacklisting = await BlacklistingIn(live);
        _fanout.Term = live.Term;
        await TellUnconfirmed(live);
        _dropped = null;
        return _live = live;
    }

    /// <summary>Of the messages whose commit had an unknown outcome, those that are on disk are told now, as they would have been then.</summary>
    private async Task TellUnconfirmed(LiveConversation live)
    {
        var doubtful = _unconfirmed.Doubtful;
        var tried = doubtful ? [] : _unconfirmed.Entries.SelectMany(entry => entry.Rows).Select(row => (row.Uuid, row.Sequence)).ToHashSet();
        var kept = (await messages.Find(Id, [.. tried.Select(one => one.Uuid)])).Where(row => tried.Contains((row.Uuid, row.Sequence))).ToDictionary(row => row.Uuid);

        // No await from here on: told once.
        var people = live.Roster.Present.Select(member => member.UserId).ToList();
        if (doubtful)
        {
            _fanout.Doubt(people);
        }

        SettleUnconfirmed(rows =>
        {
            Notice[] notices = [.. rows.Select(row => kept.GetValueOrDefault(row.Uuid)).OfType<MessageRow>().Select(row => Announce(live, row))];
            return (doubtful || notices.Length > 0 ? people : [], notices);
        });
    }

    /// <summary>Each entry is settled, in the log, when the people have what there is to tell of it.</summary>
    private void SettleUnconfirmed(Func<IReadOnlyList<MessageRow>, (List<string> People, Notice[] Notices)> told)
    {
        foreach (var (author, rows) in _unconfirmed.Entries)
        {
            var (people, notices) = told(rows);
            _fanout.Send(people, notices, except: author);
        }

        _unconfirmed.Clear();
    }

    /// <summary>After a commit of unknown outcome: looks at what became of it, without waiting for the next call. Silence would be loss.</summary>
    private async Task Recover()
    {
        while (_unconfirmed.Entries.Count > 0 && !_left)
        {
            StayAlive();
            try
            {
                await Loaded();
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(RecoveryPause, clock);
            }
        }
    }

    private void StayAlive() => DelayDeactivation(TimeSpan.FromMinutes(1));
}
