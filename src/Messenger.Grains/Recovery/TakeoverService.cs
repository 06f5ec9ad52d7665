using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Messenger.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Messenger.Grains.Recovery;

/// <summary>
/// Tells the devices what a dead process may have left untold: forbids its name to write, raises the resync in every conversation
/// that it had not settled, and only then forgets it.
/// </summary>
/// <remarks>
/// A conversation that is loaded meanwhile says it by itself, before anything newer: this is for those that nobody wakes.
/// Looks whenever membership changes, and every <see cref="Sweep"/> for names that no member has: a leader that dies on the way,
/// or a cluster that died as a whole, leaves the rest to whoever looks next. Every step can be repeated.
/// </remarks>
internal sealed class TakeoverService(
    IClusterMembershipService membership, ClusterView cluster, ITakeover takeover, IWriterName self, Neighbours neighbours,
    IGrainFactory grains, TimeProvider timeProvider, ILogger<TakeoverService> logger)
    : BackgroundService
{
    /// <summary>Membership tells of nearly every death; this finds the rest, for one small query.</summary>
    internal static readonly TimeSpan Sweep = TimeSpan.FromSeconds(30);

    /// <summary>After a failure: about as long as grains need to find a living silo.</summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(3);

    /// <summary>A name that membership has never heard of may be of a process that is about to join: it gets this long.</summary>
    internal static readonly TimeSpan JoinGrace = TimeSpan.FromMinutes(1);

    /// <summary>Grain calls under way at once.</summary>
    private const int Parallel = 32;

    /// <summary>Who was told already: a conversation that cannot be reached must not make all others resynchronise again and again.</summary>
    private readonly Dictionary<string, HashSet<Guid>> _told = [];

    private readonly Dictionary<string, DateTimeOffset> _unknownSince = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var changes = membership.MembershipUpdates.GetAsyncEnumerator(stoppingToken);
        var change = changes.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                var done = await SweepOnce(stoppingToken);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                var pause = Task.Delay(done ? Sweep : Retry, timeProvider, waiting.Token);
                if (await Task.WhenAny(change, pause) == change)
                {
                    await waiting.CancelAsync();
                    if (!await change)
                    {
                        return;
                    }

                    change = changes.MoveNextAsync().AsTask();
                }

                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the rest is the next leader's.
        }
        finally
        {
            // An enumerator must not be disposed of while it is asked; every way out of the loop ends the asking too.
            await ((Task)change).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>One look at all names. False when something is left to be done soon.</summary>
    internal async Task<bool> SweepOnce(CancellationToken cancellation)
    {
        if (!cluster.Leads(SiloRoles.Worker))
        {
            return true;
        }

        try
        {
            var names = await takeover.Writers();
            foreach (var forgotten in _unknownSince.Keys.Except(names).ToList())
            {
                _unknownSince.Remove(forgotten);
            }

            var done = true;
            foreach (var name in names.Where(IsGone))
            {
                done &= await TakeOver(name, cancellation);
            }

            return done;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            Log.TakeoverFailed(logger, fault);
            return false;
        }
    }

    /// <summary>Whether no process can write under this name with right any more. A name that no host made is left alone.</summary>
    private bool IsGone(string name)
    {
        if (name == self.Name || !WriterName.TryParse(name, out var silo))
        {
            return false;
        }

        if (neighbours.None)
        {
            return true;
        }

        var status = membership.CurrentSnapshot.GetSiloStatus(silo);
        if (status != SiloStatus.None)
        {
            _unknownSince.Remove(name);
            return status == SiloStatus.Dead;
        }

        var now = timeProvider.GetUtcNow();
        return _unknownSince.TryAdd(name, now) is false && now - _unknownSince[name] >= JoinGrace;
    }

    private async Task<bool> TakeOver(string name, CancellationToken cancellation)
    {
        var unsettled = await takeover.Fence(name);
        if (!_told.TryGetValue(name, out var told))
        {
            _told[name] = told = [];
            Log.TakingOver(logger, name, unsettled.Count);
        }

        await System.Threading.Tasks.Parallel.ForEachAsync(
            unsettled.Where(conversation => !told.Contains(conversation)).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation, TaskScheduler = TaskScheduler.Current },
            async (conversation, _) =>
            {
                if (await RequireResync(conversation, name))
                {
                    lock (told)
                    {
                        told.Add(conversation);
                    }
                }
            });
        if (!told.IsSupersetOf(unsettled))
        {
            return false;
        }

        await takeover.Retire(name);
        _told.Remove(name);
        _unknownSince.Remove(name);
        return true;
    }

    private async Task<bool> RequireResync(Guid conversation, string writer)
    {
        try
        {
            await grains.GetGrain<IConversationGrain>(conversation).RequireResyncAfter(writer);
            return true;
        }
        catch (Exception fault)
        {
            // Not retired, so asked again.
            Log.ResyncFailed(logger, fault);
            return false;
        }
    }
}
