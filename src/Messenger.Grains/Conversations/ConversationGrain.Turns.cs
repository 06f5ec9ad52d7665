using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>The way from a request to a change: one turn in which it is checked, applied and handed to the log.</summary>
internal sealed partial class ConversationGrain
{
    private readonly TellingOrder _telling = new();

    /// <summary>Decides for a present member; everyone else gets <c>not_found</c>.</summary>
    private Task<Result> Change(Caller me, Func<LiveConversation, MemberRow, Decision> decide) => InTurn(live =>
        live is { Header.Deleted: false } && live.Roster.Member(me.UserId) is { } member ? decide(live, member) : NotFound());

    /// <summary>
    /// Decides in one turn, with the conversation as it is in that turn; null where there is none. A deleted one comes as such. Where something has
    /// to be read first, everything is decided again afterwards: whatever a rule asked may have changed meanwhile.
    /// </summary>
    private async Task<Result> InTurn(Func<LiveConversation?, Decision> decide)
    {
        while (true)
        {
            if (Valid() is null && await Loaded() is not null && Valid() is null)
            {
                // Dropped again between the load and this turn.
                continue;
            }

            // No await from here until it is with the log.
            var live = Valid();
            var decision = decide(live);
            if (decision.Error is { } error)
            {
                return live?.Ruling is { } because && await because != LogOutcome.Committed ? NotConfirmed() : error;
            }

            if (await decision.Outcome! is { } result)
            {
                return result;
            }
        }
    }

    /// <summary>A change that was applied in this turn: it is handed to the log before this returns, and told when it is on disk.</summary>
    private Decision Commit(LiveConversation live, LogEntry entry, Action tell)
    {
        return Decision.Handed(AfterCommit(_telling.Next(), Commit(live, entry)));

        async Task<Result?> AfterCommit(TellingOrder.Place place, Task<Error?> commit)
        {
            using (place)
            {
                if (await commit is { } error)
                {
                    return error;
                }

                place.Tell(tell);
                return Result.Ok;
            }
        }
    }

    /// <summary>It was said before: ok once the entry that carries it is on disk, see <see cref="LiveConversation.Carrying"/>.</summary>
    private static Decision Carried(LiveConversation live, Func<LogEntry, bool?> says)
    {
        return live.Carrying(says) is { } outcome ? Decision.Handed(Of(outcome)) : Decision.Ok;

        static async Task<Result?> Of(Task<LogOutcome> outcome) => await outcome == LogOutcome.Committed ? Result.Ok : NotConfirmed();
    }
}
