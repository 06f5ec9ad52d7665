using Orleans.Runtime;

namespace Messenger.Host.Membership;

/// <summary>
/// Orleans' membership table, of which this process's row does not go: a reader never sees a table that lost it. Orleans takes a newer table
/// without one's own row for a death sentence.
/// </summary>
internal sealed class KeptTable(IMembershipTable table, MembershipKeeper keeper, ILocalSiloDetails self) : IMembershipTable
{
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
        if (!keeper.IsKept)
        {
            return await table.ReadAllAsync(cancellationToken);
        }

        // A flush may come between the look and the read: then the read has no row of this process, and is thrown away.
        await keeper.Refresh();
        var read = await table.ReadAllAsync(cancellationToken);
        return !keeper.IsKept || read.Members.Any(member => member.Item1.SiloAddress.Equals(self.SiloAddress))
            ? read
            : throw new OrleansException("The membership table in Redis has lost this process's row.");
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion, CancellationToken.None);

    public async Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken = default) =>
        await Noted(entry, await table.InsertRowAsync(entry, tableVersion, cancellationToken));

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        UpdateRowAsync(entry, etag, tableVersion, CancellationToken.None);

    public async Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken = default) =>
        await Noted(entry, await table.UpdateRowAsync(entry, etag, tableVersion, cancellationToken));

    public Task UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, CancellationToken.None);

    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken = default) =>
        table.UpdateIAmAliveAsync(entry, cancellationToken);

    /// <summary>What was written is remembered at once: a flush may be the next thing that happens.</summary>
    private async Task<bool> Noted(MembershipEntry entry, bool written)
    {
        if (written && entry.SiloAddress.Equals(self.SiloAddress))
        {
            await keeper.Wrote(entry.Status);
        }
        else if (written)
        {
            await keeper.Refresh();
        }

        return written;
    }
}
