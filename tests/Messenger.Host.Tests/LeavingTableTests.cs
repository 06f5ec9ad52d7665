using System.Net;
using Messenger.Host.Membership;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Host.Tests;

/// <summary>What a process that stops makes of a membership table that is away.</summary>
public sealed class LeavingTableTests : IDisposable
{
    private static readonly MembershipEntry Self = new() { SiloAddress = SiloAddress.New(IPAddress.Loopback, 1, 1), Status = SiloStatus.Active };

    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _leaving = new();
    private readonly Table _inner = new();
    private readonly LeavingTable _table;

    public LeavingTableTests() => _table = new LeavingTable(_inner, _clock, NullLogger.Instance, _leaving.Token);

    public void Dispose() => _leaving.Dispose();

    [Fact]
    public async Task Who_does_not_stop_is_told_that_it_is_away_however_long()
    {
        await _table.ReadAllAsync();
        _inner.Fault = new TimeoutException();
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => _table.ReadAllAsync());
            _clock.Advance(LeavingTable.Patience);
        }
    }

    [Fact]
    public async Task Who_stops_tries_for_some_seconds_and_then_leaves_without_a_word()
    {
        var seen = await _table.ReadAllAsync();
        await _leaving.CancelAsync();
        _inner.Fault = new TimeoutException();
        await Assert.ThrowsAsync<TimeoutException>(() => _table.ReadAllAsync());
        _clock.Advance(LeavingTable.Patience - TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => _table.ReadAllAsync());
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        // Orleans writes what it reads with the next version: it must not be news to anybody.
        var shown = await _table.ReadAllAsync();
        Assert.Equal(seen.Members.Count, shown.Members.Count);
        Assert.True(shown.Version.Next().Version <= seen.Version.Version);
        Assert.True(await _table.UpdateRowAsync(Self, "", shown.Version.Next()));
        Assert.Equal(0, _inner.Writes);
    }

    [Fact]
    public async Task A_table_that_says_nothing_is_given_up_as_well()
    {
        await _table.ReadAllAsync();
        await _leaving.CancelAsync();
        _inner.Silent = true;
        var reading = _table.ReadAllAsync();
        _clock.Advance(LeavingTable.Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(reading.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await reading.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(await _table.UpdateRowAsync(Self, "", new TableVersion(1, "")).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task One_that_comes_back_is_told()
    {
        await _table.ReadAllAsync();
        await _leaving.CancelAsync();
        _inner.Fault = new TimeoutException();
        await Assert.ThrowsAsync<TimeoutException>(() => _table.ReadAllAsync());
        _inner.Fault = null;
        _clock.Advance(LeavingTable.Patience / 2);
        var read = await _table.ReadAllAsync();
        Assert.True(await _table.UpdateRowAsync(Self, "", read.Version.Next()));
        Assert.Equal(1, _inner.Writes);

        // The next time counts anew.
        _clock.Advance(LeavingTable.Patience);
        _inner.Fault = new TimeoutException();
        await Assert.ThrowsAsync<TimeoutException>(() => _table.ReadAllAsync());
    }

    private sealed class Table : IMembershipTable
    {
        public Exception? Fault { get; set; }

        public bool Silent { get; set; }

        public int Writes { get; private set; }

        public Task<MembershipTableData> ReadAll() => ReadAllAsync();

        public async Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken = default)
        {
            await Answer();
            return new MembershipTableData([Tuple.Create(Self, "")], new TableVersion(7, ""));
        }

        public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => UpdateRowAsync(entry, etag, tableVersion);

        public async Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken = default)
        {
            await Answer();
            Writes++;
            return true;
        }

        public Task InitializeMembershipTable(bool tryInitTableVersion) => throw new NotSupportedException();

        public Task DeleteMembershipTableEntries(string clusterId) => throw new NotSupportedException();

        public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => throw new NotSupportedException();

        public Task<MembershipTableData> ReadRow(SiloAddress key) => throw new NotSupportedException();

        public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => throw new NotSupportedException();

        public Task UpdateIAmAlive(MembershipEntry entry) => throw new NotSupportedException();

        private Task Answer() => Silent ? new TaskCompletionSource().Task : Fault is { } fault ? Task.FromException(fault) : Task.CompletedTask;
    }
}
