using Messenger.Host.Logging;
using Orleans.Runtime;

namespace Messenger.Host.Membership;

/// <summary>
/// Orleans' membership table as a process sees it that stops. Orleans would try for a minute to say that it leaves, and for another that it has left,
/// before it closes anything: where the table has been away for <see cref="Patience"/>, the process leaves without a word, and the others find out by its silence.
/// </summary>
/// <remarks>
/// Nothing untrue is spread: the table that is shown instead is older than the last one that was read, so that neither this process nor one that
/// hears its gossip takes it for news.
/// </remarks>
/// <param name="leaving">The process stops.</param>
internal sealed class LeavingTable(IMembershipTable table, TimeProvider timeProvider, ILogger logger, CancellationToken leaving) : IMembershipTable
{
    /// <summary>A reconnection takes one or two seconds. Shorter than the six after which the others look for a silo that says nothing.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private MembershipTableData? _seen;

    /// <summary>Since when each call has failed, as a time stamp of the clock.</summary>
    private long? _failing;

    private bool _givenUp;

    public Task InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion, CancellationToken.None);

    public Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken = default) =>
        table.InitializeMembershipTableAsync(tryInitTableVersion, cancellationToken);

    public Task DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId, CancellationToken.None);

    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken = default) =>
        table.DeleteMembershipTableEntriesAsync(clusterId, cancellationToken);

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate, CancellationToken.None);

    public Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken = default) =>
        table.CleanupDefunctSiloEntriesAsync(beforeDate, cancellationToken);

    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadRowAsync(key, CancellationToken.None);

#pragma warning disable CS0618 // Orleans calls it no more; who does gets what the table says.
    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken = default) =>
        table.ReadRowAsync(key, cancellationToken);
#pragma warning restore CS0618

    public Task<MembershipTableData> ReadAll() => ReadAllAsync(CancellationToken.None);

    public async Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken = default)
    {
        var read = await Try(() => table.ReadAllAsync(cancellationToken), Older);
        lock (_gate)
        {
            _seen = _givenUp ? _seen : read;
        }

        return read;
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion, CancellationToken.None);

    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken = default) =>
        Try(() => table.InsertRowAsync(entry, tableVersion, cancellationToken), static () => true);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        UpdateRowAsync(entry, etag, tableVersion, CancellationToken.None);

    public Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken = default) =>
        Try(() => table.UpdateRowAsync(entry, etag, tableVersion, cancellationToken), static () => true);

    public Task UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, CancellationToken.None);

    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken = default) =>
        table.UpdateIAmAliveAsync(entry, cancellationToken);

    /// <param name="without">What Orleans goes on with when the table is given up.</param>
    private async Task<T> Try<T>(Func<Task<T>> call, Func<T> without)
    {
        if (!leaving.IsCancellationRequested)
        {
            return await call();
        }

        var began = timeProvider.GetTimestamp();
        var left = Left(began);
        if (left <= TimeSpan.Zero)
        {
            return without();
        }

        try
        {
            var answer = await call().WaitAsync(left, timeProvider, CancellationToken.None);
            lock (_gate)
            {
                _failing = null;
            }

            return answer;
        }
        catch (Exception fault) when (GivesUp(began, fault))
        {
            return without();
        }
    }

    private TimeSpan Left(long now)
    {
        lock (_gate)
        {
            return _givenUp ? TimeSpan.Zero : Patience - timeProvider.GetElapsedTime(_failing ?? now, now);
        }
    }

    /// <summary>Not before anything was read: there would be nothing to go on with.</summary>
    private bool GivesUp(long began, Exception fault)
    {
        lock (_gate)
        {
            _failing ??= began;
            if (!_givenUp && _seen is not null && timeProvider.GetElapsedTime(_failing.Value) >= Patience)
            {
                _givenUp = true;
                Log.LeftWithoutAWord(logger, Joining.Kind(fault));
            }

            return _givenUp;
        }
    }

    /// <summary>Orleans adds one to its version for what it writes: still no news.</summary>
    private MembershipTableData Older()
    {
        lock (_gate)
        {
            var seen = _seen!;
            return new MembershipTableData([.. seen.Members], new TableVersion(seen.Version.Version - 1, seen.Version.VersionEtag));
        }
    }
}
