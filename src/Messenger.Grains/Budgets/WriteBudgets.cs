using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Ports.Flow;
using Messenger.Protocol;
using Microsoft.Extensions.Options;
using Orleans;

namespace Messenger.Grains.Budgets;

/// <summary>What users may still cause at this process: a little of their own here, and what was leased from their actor.</summary>
/// <remarks>
/// People who write as people do are never asked for: the little that each process gives covers them, and a message costs no call. Whoever needs more leases a slice
/// of one budget for the whole cluster. So N processes give a budget and N twentieths of it. Any thread.
/// </remarks>
internal sealed class WriteBudgets(IGrainFactory grains, IOptions<BudgetOptions> options, TimeProvider timeProvider)
{
    /// <summary>Users remembered; some 300 bytes each.</summary>
    private const int MaxUsers = 50_000;

    /// <summary>The part of a budget that a process gives without asking. Of people added it gives none: that is rare, and always asked for.</summary>
    private const double OwnPart = 1.0 / 20;

    private const string TooMany = "too many people are added";

    private static readonly Dictionary<string, string> Sentences = new()
    {
        [BudgetMeter.Notifications] = "too much is sent to too many people",
        [BudgetMeter.Bytes] = "too much is stored",
        [BudgetMeter.People] = TooMany,
    };

    private readonly ConcurrentDictionary<string, Slice> _slices = new(StringComparer.Ordinal);
    private readonly Lock _making = new();

    public BudgetOptions Options => options.Value;

    /// <summary>The answer to who brings too many people into conversations, for whatever reason.</summary>
    public static Error TooManyPeople(int seconds) => Error.TooManyRequests(TooMany, seconds);

    /// <summary>How one request of this user's pays.</summary>
    public Payment For(string userId) => new(this, userId);

    internal bool Covers(string userId, WriteCost cost) => !options.Value.LimitsEnabled || Of(userId).Covers(cost, Now);

    /// <summary>Takes it, where it is there.</summary>
    internal bool TryTake(string userId, WriteCost cost) => !options.Value.LimitsEnabled || Of(userId).TryTake(cost, Now);

    /// <summary>Null when at least so much was leased, or somebody else's lease came in: to be looked at again. The refusal otherwise.</summary>
    internal async Task<Error?> Lease(string userId, WriteCost wanted)
    {
        var lease = await grains.GetGrain<IUserBudget>(userId).Lease(Of(userId).Lacking(wanted, Now));
        if (lease.Short is { } kind)
        {
            BudgetMeter.Refused(kind);
            return Error.TooManyRequests(Sentences[kind], lease.Wait);
        }

        Of(userId).Add(lease.Granted);
        return null;
    }

    private TimeSpan Now => timeProvider.GetElapsedTime(0);

    private Slice Of(string userId)
    {
        if (_slices.TryGetValue(userId, out var slice))
        {
            return slice;
        }

        lock (_making)
        {
            MakeRoom();
            return _slices.GetOrAdd(userId, _ => new Slice(options.Value));
        }
    }

    /// <summary>Those that were idle longest go: what they had leased is lost to their user, who gets as much again from this process.</summary>
    private void MakeRoom()
    {
        if (_slices.Count < MaxUsers)
        {
            return;
        }

        foreach (var (userId, _) in _slices.OrderBy(entry => entry.Value.Touched).Take(MaxUsers / 10).ToArray())
        {
            _slices.TryRemove(userId, out _);
        }
    }

    private sealed class Slice(BudgetOptions options)
    {
        private readonly Lock _gate = new();
        private TokenBucket _notifications = Own(options.Capacity.Notifications, options.PerSecond.Notifications);
        private TokenBucket _bytes = Own(options.Capacity.Bytes, options.PerSecond.Bytes);
        private WriteCost _leased;

        /// <summary>When it was last looked at.</summary>
        public TimeSpan Touched { get; private set; }

        public bool Covers(WriteCost cost, TimeSpan now) => Lacking(cost, now) == default;

        /// <summary>Of what it costs, those kinds of which there is not enough.</summary>
        public WriteCost Lacking(WriteCost cost, TimeSpan now)
        {
            lock (_gate)
            {
                Touched = now;
                return new WriteCost(
                    _notifications.SecondsUntil(now, Rest(cost.Notifications, _leased.Notifications)) == 0 ? 0 : cost.Notifications,
                    _bytes.SecondsUntil(now, Rest(cost.Bytes, _leased.Bytes)) == 0 ? 0 : cost.Bytes,
                    _leased.People >= cost.People ? 0 : cost.People);
            }
        }

        public bool TryTake(WriteCost cost, TimeSpan now)
        {
            lock (_gate)
            {
                if (!Covers(cost, now))
                {
                    return false;
                }

                // What was leased goes first: it is lost when this slice is forgotten.
                _notifications.Take(now, Rest(cost.Notifications, _leased.Notifications));
                _bytes.Take(now, Rest(cost.Bytes, _leased.Bytes));
                _leased = new WriteCost(Rest(_leased.Notifications, cost.Notifications), Rest(_leased.Bytes, cost.Bytes), _leased.People - cost.People);
                return true;
            }
        }

        public void Add(WriteCost granted)
        {
            lock (_gate)
            {
                _leased += granted;
            }
        }

        private static TokenBucket Own(double capacity, double perSecond) => new(capacity * OwnPart, perSecond * OwnPart, TimeSpan.FromSeconds(1));

        private static double Rest(double of, double without) => Math.Max(0, of - without);
    }
}

/// <summary>How one request pays for what it causes. Used by the turns of one call, one after another.</summary>
internal sealed class Payment(WriteBudgets budgets, string userId)
{
    /// <summary>Why the cluster's budget does not give what was asked for; null where it does, or was not asked.</summary>
    public Error? Refused { get; private set; }

    /// <summary>Whether so much is there.</summary>
    public bool Covers(WriteCost cost) => budgets.Covers(userId, cost);

    /// <summary>Takes it, where it is there. Asked in the turn of the change: what was there before an await may be gone.</summary>
    public bool TryTake(WriteCost cost) => budgets.TryTake(userId, cost);

    /// <summary>Asks the user's budget for so much. Afterwards it is there, or it is <see cref="Refused"/>, or another request was quicker and it is asked again.</summary>
    public async Task Lease(WriteCost cost) => Refused = await budgets.Lease(userId, cost);
}
