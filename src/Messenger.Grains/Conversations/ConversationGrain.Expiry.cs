using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Grains.Conversations;

/// <summary>Messages that expire: the timer, and the deletion of what is over. What is over is shown as deleted from that moment on, see <see cref="MessageRow.At"/>.</summary>
internal sealed partial class ConversationGrain : IConversationExpiry
{
    /// <summary>Messages of one deletion: some KiB for each device, far from what an inbox keeps.</summary>
    private const int MostExpired = 200;

    /// <summary>Of one conversation in an hour: each is an event for everybody, for good.</summary>
    private const int TimersPerHour = 10;

    /// <summary>When the timer was set in the last hour, the oldest first. An activation elsewhere begins anew.</summary>
    private readonly Queue<long> _timers = [];

    private IExpiries Expiries => ServiceProvider.GetRequiredService<IExpiries>();

    private IUploads Uploads => ServiceProvider.GetRequiredService<IUploads>();

    public Task<Result> SetExpiry(Caller me, RequestSetConversationExpiry request) => SetExpiry(me, request, budgets.For(me.UserId));

    private Task<Result> SetExpiry(Caller me, RequestSetConversationExpiry request, Payment payment) => Change(me, (live, _) =>
    {
        // Who may not change it does not learn by a repeat what it is.
        if (!live.Roster.IsAdmin(me.UserId))
        {
            return Error.Forbidden("only a group's admin, or either side of a dialog, sets the timer");
        }

        if (Blocked(live, me) is { } blocked)
        {
            return blocked;
        }

        if (live.Header.ExpirySeconds == request.Seconds)
        {
            return Carried(live, entry => entry.Header is { } header ? header.ExpirySeconds == request.Seconds : null);
        }

        if (UntilNextTimer() is { } wait)
        {
            return Error.TooManyRequests($"the timer of a conversation is set at most {TimersPerHour} times an hour", wait);
        }

        if (Unpaid(payment, WriteCost.Of(live.Roster.Present.Count, 0)) is { } unpaid)
        {
            return unpaid;
        }

        _timers.Enqueue(Now);
        live.Header = live.Header with { ExpirySeconds = request.Seconds };
        var changed = Event(live, EventTypes.ExpiryChanged, me.UserId, null);
        Appended(live, [changed]);
        return Commit(live, new LogEntry(Id, live.Term) { Header = live.Header, Messages = [changed] }, () => Tell(live, [changed], Audience(live, changed), me));
    });

    /// <summary>Seconds until it may be set again; null when it may be now.</summary>
    private int? UntilNextTimer()
    {
        var hour = (long)TimeSpan.FromHours(1).TotalMilliseconds;
        while (_timers.TryPeek(out var oldest) && oldest <= Now - hour)
        {
            _timers.Dequeue();
        }

        return _timers.Count < TimersPerHour ? null : (int)Math.Ceiling((_timers.Peek() + hour - Now) / 1000.0);
    }

    /// <summary>
    /// Deletes them as their authors would: by an entry under this activation's term, so that one which is none any more changes nothing.
    /// </summary>
    public async Task ExpireDue()
    {
        while (true)
        {
            LiveConversation? of = null;
            IReadOnlyList<MessageRow> read = [];
            var result = await InTurn(live =>
            {
                if (live is not { Header.Deleted: false })
                {
                    return Decision.Ok;
                }

                if (of != live)
                {
                    // What was read before a conversation was loaded again may have changed under it.
                    return Decision.After(Read(live));
                }

                return read.Count == 0 ? Decision.Ok : MarkDeleted(live, [.. read.Select(live.Current)], row => row.UserId, except: null);
            });
            if (result.Error is not null || read.Count < MostExpired)
            {
                // What did not come to be is due still.
                return;
            }

            await _fanout.Room();

            async Task Read(LiveConversation live)
            {
                read = await Expiries.Due(Id, Now, MostExpired);

                // They take no more files since they expired. Before their rows are deleted: afterwards nobody looks for them.
                foreach (var row in read.Where(row => row.HasFiles))
                {
                    await Uploads.DropFor(row.UserId, row.Uuid);
                }

                of = live;
            }
        }
    }

    /// <summary>When a row that takes its place now expires, counted from then; null: never.</summary>
    /// <param name="latest">It expires then at the latest; null where nothing says so.</param>
    private static long? Expiry(LiveConversation live, RequestAddMessage request, long created, long? latest)
    {
        int[] bounds = [.. new[] { live.Header.ExpirySeconds, request.ExpireSeconds ?? 0 }.Where(seconds => seconds > 0)];
        var own = bounds.Length > 0 ? created + (1000L * bounds.Min()) : (long?)null;
        return own is null || latest < own ? latest ?? own : own;
    }

    /// <summary>The message that one of a call replies to, be it one of the same call; null for none. Known since it was decided.</summary>
    private static MessageRow? Answered(LiveConversation live, Sending sending, int at) => sending.Replies[at] is not { } reply ? null
        : live.Outline(reply) ?? sending.Rows.Row(live, reply) ?? sending.Fresh.Values.FirstOrDefault(pending => pending.Row.Uuid == reply)?.Row;
}
