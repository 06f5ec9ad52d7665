using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Who changes something pays for what it costs everybody else.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>
    /// Takes what a change costs, in the turn of the change and after every other rule: what is refused for another reason, or is a repeat, costs nothing. Null when it
    /// is paid; a refusal, or to be decided again once more was leased, otherwise.
    /// </summary>
    private static Decision? Unpaid(Payment payment, WriteCost cost)
    {
        if (payment.TryTake(cost))
        {
            return null;
        }

        return payment.Refused is { } refused ? refused : Decision.After(payment.Lease(cost));
    }

    /// <summary>As the other, of one more message of a call, which pays in one piece for all that it accepts.</summary>
    /// <param name="cost">Of those that were accepted before it; with this one, unless it is refused.</param>
    /// <param name="isShort">True when it does not suffice and nobody has been asked for more yet.</param>
    private static Error? Unpaid(LiveConversation live, Sending sending, int at, ref WriteCost cost, ref bool isShort)
    {
        if (sending.Fresh.ContainsKey(at))
        {
            // It was paid for with the entry that did not come to be.
            return null;
        }

        var request = sending.Requests[at];
        var with = cost + WriteCost.Of(live.Roster.Present.Count, (request.BodyEncryptedBase64?.Length ?? 0) + (request.IvBase64?.Length ?? 0));
        if (!sending.Payment.Covers(with))
        {
            if (sending.Payment.Refused is { } refused)
            {
                return refused;
            }

            isShort = true;
        }

        cost = with;
        return null;
    }

    /// <summary>As long as a maker of some hundred people at once would wait.</summary>
    private const int CrowdedSeconds = 3600;

    /// <summary>Why this user may not learn who of these is registered; null when it may, and what is new to it was taken from its budget.</summary>
    private async Task<Error?> Undiscovered(Caller me, List<string> people) =>
        !budgets.Options.LimitsEnabled || people.Count == 0 ? null
        : (await GrainFactory.GetGrain<IUserDiscovery>(me.UserId).MayLearnOf(me, new([.. people]))).Error;

    /// <summary>
    /// Conversations of one maker that somebody may leave untouched when others have filled that list: a first few of anybody's always come through, so that whoever
    /// fills a list keeps no newcomer away.
    /// </summary>
    private const int OfOneMaker = 3;

    /// <summary>
    /// Conversations of whomever that somebody may leave unaccepted: past it no maker outside the contacts comes through. It bounds what a device lists at
    /// each start and what a person would have to look through; who wants to fill it needs more than three hundred registered numbers.
    /// </summary>
    private const int OfAllMakers = 1000;

    /// <summary>
    /// Why this maker gets these into no more conversations; null when there is nothing against it. The answer is the one of a maker's own budget, word for
    /// word, with a time of its kind: whether a person read, answered or knows the maker is nobody's to learn.
    /// </summary>
    private async Task<Error?> Crowding(string maker, List<string> people)
    {
        if (!budgets.Options.LimitsEnabled || people.Count == 0
            || (await directory.Crowded(people, maker, budgets.Options.UntouchedConversations, OfOneMaker, OfAllMakers)).Count == 0)
        {
            return null;
        }

        BudgetMeter.Refused(BudgetMeter.Conversations);
        return WriteBudgets.TooManyPeople(CrowdedSeconds);
    }
}
