using Messenger.Contracts.Placement;
using Messenger.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Files;

/// <summary>
/// Removes, in bounded steps and on one gateway of the cluster: uploads that expired, files that lost their message or were replaced, what
/// is in the store and no row names, and pieces that no upload goes on with.
/// </summary>
/// <remarks>Two gateways may do it for a moment: every step can be repeated and done twice.</remarks>
internal sealed class FileGarbageCollector(
    IFileStore store, IUploads uploads, IFileGarbage garbage, IOptions<FilesOptions> options, TimeProvider timeProvider, ILogger<FileGarbageCollector> logger,
    ClusterView? cluster = null, IStoredPieces? pieces = null)
    : LeaderLoop(cluster, SiloRoles.Gateway, Interval, Pause, timeProvider)
{
    /// <summary>Nobody waits for these files to go.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Between two steps of one round, so that others have the store in between.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>What no row names must be older: a row comes before its bytes, but clocks differ, and so may a database that is being restored.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>Uploads or files of one step.</summary>
    internal const int Step = 200;

    private const int MaxConcurrency = 4;

    /// <summary>What a dry run remembers, so that it counts once what it finds again each minute: some megabytes. Past it, it begins anew.</summary>
    private const int MaxCounted = 50_000;

    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);
    private string? _place;
    private string? _piecesPlace;

    /// <summary>One step of everything.</summary>
    /// <returns>Whether there is more to do at once.</returns>
    internal async Task<bool> Collect(CancellationToken cancellation)
    {
        var expired = options.Value.CollectorDryRun ? 0 : await uploads.Expire(Clock.GetUtcNow().ToUnixTimeMilliseconds(), Step);
        Report(expired, "expired");
        var removed = await RemoveGarbage(cancellation);
        await Sweep(cancellation);
        await SweepPieces(cancellation);
        return !options.Value.CollectorDryRun && (expired == Step || removed == Step);
    }

    protected override async Task<bool> DoStep(CancellationToken stopping)
    {
        try
        {
            return await Collect(stopping);
        }
        catch (Exception fault) when (fault is StoreUnavailableException or OperationCanceledException)
        {
            if (!stopping.IsCancellationRequested)
            {
                FilesLog.CollectFailed(logger, fault.Message);
            }

            return false;
        }
    }

    private async Task<int> RemoveGarbage(CancellationToken cancellation)
    {
        var rows = await garbage.Take(Step);
        if (!options.Value.CollectorDryRun)
        {
            await Parallel.ForEachAsync(
                rows, Limit(cancellation), async (row, token) => await store.Remove(row.File, row.State, token));
            await garbage.Removed([.. rows.Select(row => row.File)]);
        }

        Count(rows.Select(row => row.File.ToString()), "garbage");
        return rows.Count;
    }

    /// <summary>One page of the store against the rows; after the last page it begins anew.</summary>
    private async Task Sweep(CancellationToken cancellation)
    {
        var page = await store.List(_place, Step, cancellation);
        _place = page.Count < Step ? null : page[^1].Place;
        var before = Clock.GetUtcNow() - Grace;
        var old = page.Where(item => item.Written < before).Select(item => item.Id).ToHashSet();
        old.ExceptWith(await garbage.Named(old));
        if (!options.Value.CollectorDryRun)
        {
            await Parallel.ForEachAsync(old, Limit(cancellation), async (id, token) => await store.Remove(id, null, token));
        }

        Count(old.Select(id => id.ToString()), "orphan");
    }

    /// <summary>One page of pieces against the uploads under way. An upload may be older than any limit: what its state names stays.</summary>
    private async Task SweepPieces(CancellationToken cancellation)
    {
        if (pieces is null)
        {
            return;
        }

        var page = await pieces.List(_piecesPlace, Step, cancellation);
        _piecesPlace = page.Count == 0 ? null : page[^1].Place;
        var before = Clock.GetUtcNow() - Grace;
        var left = new List<StoredPieces>();
        foreach (var one in page.Where(one => one.Begun < before))
        {
            if (await uploads.Find(one.Id) is not { Finished: false } upload || !pieces.AreOf(upload.State, one))
            {
                left.Add(one);
            }
        }

        if (!options.Value.CollectorDryRun)
        {
            await Parallel.ForEachAsync(left, Limit(cancellation), async (one, token) => await pieces.Remove(one, token));
        }

        Count(left.Select(one => one.Place), "pieces");
    }

    private static ParallelOptions Limit(CancellationToken cancellation) => new() { MaxDegreeOfParallelism = MaxConcurrency, CancellationToken = cancellation };

    private void Count(IEnumerable<string> found, string kind) => Report(found.Count(name => !options.Value.CollectorDryRun || IsNew($"{kind} {name}")), kind);

    private bool IsNew(string found)
    {
        if (_counted.Count == MaxCounted)
        {
            _counted.Clear();
        }

        return _counted.Add(found);
    }

    private void Report(int count, string kind)
    {
        if (count == 0)
        {
            return;
        }

        FilesMeter.Collect(count, kind, options.Value.CollectorDryRun);
        if (options.Value.CollectorDryRun)
        {
            FilesLog.WouldRemove(logger, count, kind);
        }
        else
        {
            FilesLog.Removed(logger, count, kind);
        }
    }
}
