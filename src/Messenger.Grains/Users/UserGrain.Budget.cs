using Messenger.Contracts;
using Messenger.Grains.Budgets;
using Messenger.Grains.State;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>What this user may cause in the whole cluster.</summary>
internal sealed partial class UserGrain : IUserBudget
{
    private LazyState<BudgetBook> _budget = null!;

    public async Task<BudgetLease> Lease(WriteCost wanted)
    {
        BudgetLease? lease = null;
        await _budget.Change(before =>
        {
            (var after, lease) = UserBudget.Lease(before, wanted, budgetOptions.Value, Now);
            return after;
        });
        return lease!;
    }

    /// <summary>What a change of the account costs, which is told to some and kept.</summary>
    private async Task<Error?> Pay(WriteCost cost)
    {
        var payment = budgets.For(UserId);
        while (!payment.TryTake(cost))
        {
            if (payment.Refused is { } refused)
            {
                return refused;
            }

            await payment.Lease(cost);
        }

        return null;
    }
}
