using Messenger.Contracts;
using Orleans;

namespace Messenger.Grains.Budgets;

/// <summary>What a user has spent and time has not given back yet, as stored: a new activation is no new budget.</summary>
[GenerateSerializer, Immutable]
internal sealed record BudgetBook
{
    [Id(0)]
    public double Notifications { get; init; }

    [Id(1)]
    public double Bytes { get; init; }

    [Id(2)]
    public double People { get; init; }

    /// <summary>When that was right, in milliseconds since the Unix epoch.</summary>
    [Id(3)]
    public long Since { get; init; }
}

/// <summary>The rules of a user's budget, pure.</summary>
internal static class UserBudget
{
    /// <summary>What comes along with a lease, as a part of the capacity: few calls for who writes much, and little that a process keeps for nothing.</summary>
    private const double Slice = 1.0 / 20;

    /// <summary>
    /// Takes all of it or nothing. What costs more than the whole budget is granted when the budget is whole, and leaves a debt: a group of ten thousand
    /// can be made, and then nothing for days.
    /// </summary>
    public static (BudgetBook After, BudgetLease Lease) Lease(BudgetBook book, WriteCost wanted, BudgetOptions options, long now)
    {
        var (capacity, refill, seconds) = (options.Capacity, options.PerSecond, Math.Max(0, now - book.Since) / 1000.0);
        var spent = new WriteCost(
            Left(book.Notifications, refill.Notifications), Left(book.Bytes, refill.Bytes), Left(book.People, refill.People));
        (double Wait, string What)[] waits =
        [
            (Wait(wanted.Notifications, capacity.Notifications, spent.Notifications, refill.Notifications), BudgetMeter.Notifications),
            (Wait(wanted.Bytes, capacity.Bytes, spent.Bytes, refill.Bytes), BudgetMeter.Bytes),
            (Wait(wanted.People, capacity.People, spent.People, refill.People), BudgetMeter.People),
        ];
        if (waits.MaxBy(one => one.Wait) is { Wait: > 0 } longest)
        {
            return (book, new BudgetLease(default, (int)Math.Max(1, Math.Min(int.MaxValue, Math.Ceiling(longest.Wait))), longest.What));
        }

        var granted = new WriteCost(
            Grant(wanted.Notifications, capacity.Notifications, spent.Notifications),
            Grant(wanted.Bytes, capacity.Bytes, spent.Bytes),
            wanted.People);
        spent += granted;
        return (new BudgetBook { Notifications = spent.Notifications, Bytes = spent.Bytes, People = spent.People, Since = now }, new BudgetLease(granted, 0, null));

        double Left(double before, double perSecond) => Math.Max(0, before - (seconds * perSecond));
    }

    /// <summary>Seconds until it is there.</summary>
    private static double Wait(double wanted, double capacity, double spent, double perSecond) =>
        wanted <= 0 ? 0 : Math.Max(0, (Math.Min(wanted, capacity) - (capacity - spent)) / perSecond);

    private static double Grant(double wanted, double capacity, double spent) =>
        wanted <= 0 ? 0 : Math.Max(wanted, Math.Min(capacity * Slice, capacity - spent));
}
