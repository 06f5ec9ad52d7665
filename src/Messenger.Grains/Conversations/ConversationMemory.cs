using System.Collections.Concurrent;
using System.Numerics;
using Messenger.Ports;

namespace Messenger.Grains.Conversations;

/// <summary>What the conversations of this process share of its memory: their newest messages, and the messages that are under way.</summary>
/// <remarks>
/// While the last eighth is used the keepers drop bodies, the largest first and of similar ones the one that was written to longest ago; when all bodies
/// are gone, the rest. What is under way is never dropped: past the budget new messages are refused. Any thread.
/// </remarks>
internal sealed class ConversationMemory(MemoryBudgets budgets, TimeProvider timeProvider)
{
    /// <summary>Between two rounds that did not free enough: then it is taken by what is under way, and looking again at once finds nothing.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<RecentMessages, byte> _keepers = [];
    private readonly Lock _round = new();
    private long _fruitless;

    public MemoryBudget Budget => budgets.Conversations;

    /// <summary>Room for pages of history while they are read and answered.</summary>
    public MemoryGate Pages { get; } = new(budgets.Pages, timeProvider);

    /// <summary>What signals take.</summary>
    public MemoryBudget Signals => budgets.Signals;

    public RecentMessages Keep() => new(this, timeProvider);

    /// <summary>It holds something.</summary>
    public void Know(RecentMessages keeper) => _keepers.TryAdd(keeper, 0);

    public void Forget(RecentMessages keeper) => _keepers.TryRemove(keeper, out _);

    /// <summary>Room for messages under way; false, and counted, when there is none. Who got it calls <see cref="MemoryBudget.Release"/>.</summary>
    public bool TryReserve(long bytes)
    {
        if (Budget.TryReserve(bytes))
        {
            Relieve();
            return true;
        }

        Shrink(Budget.Limit - bytes);
        if (Budget.TryReserve(bytes))
        {
            return true;
        }

        Budget.CountShed();
        return false;
    }

    /// <summary>Called when something was added.</summary>
    public void Relieve()
    {
        // A round frees an eighth at least, so that the look at every keeper is paid by many messages.
        if (Budget.IsShort)
        {
            Shrink(Budget.Limit - (Budget.Limit / 4));
        }
    }

    private void Shrink(long until)
    {
        // Whoever comes while a round is made goes on: it frees what is needed.
        if (!_round.TryEnter())
        {
            return;
        }

        try
        {
            if (Budget.Used <= until || (_fruitless != 0 && timeProvider.GetElapsedTime(_fruitless) < Pause))
            {
                return;
            }

            Budget.CountShed();
            List<(int Size, long Used, RecentMessages Keeper)> largest =
                [.. _keepers.Keys.Select(keeper => (BitOperations.Log2((ulong)keeper.Bytes), keeper.Used, keeper))];
            largest.Sort((one, other) => one.Size != other.Size ? other.Size.CompareTo(one.Size) : one.Used.CompareTo(other.Used));
            Drop(largest, keeper => keeper.DropBodies(0), until);
            Drop(largest, keeper => keeper.DropAll(), until);
            _fruitless = Budget.Used > until ? timeProvider.GetTimestamp() : 0;
        }
        finally
        {
            _round.Exit();
        }
    }

    private void Drop(List<(int Size, long Used, RecentMessages Keeper)> keepers, Action<RecentMessages> drop, long until)
    {
        foreach (var (_, _, keeper) in keepers)
        {
            if (Budget.Used <= until)
            {
                return;
            }

            drop(keeper);
        }
    }
}
