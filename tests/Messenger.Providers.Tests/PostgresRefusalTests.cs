using System.Security.Cryptography;
using Messenger.Ports;
using Messenger.Providers.Postgres;
using Messenger.Providers.Relational;
using Messenger.Testing.Servers;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>A PostgreSQL that answers, and does not do what it is there for: who looks at it knows, and says why.</summary>
[Trait("Needs", "Servers")]
public sealed class PostgresRefusalTests : IAsyncLifetime
{
    /// <summary>Room for a cluster and its first WAL, and some to fill.</summary>
    private const int DiskMiB = 128;

    /// <summary>Of a message: more than any page that is there has room for, and not to be compressed into one.</summary>
    private const int Body = 20_000;

    private readonly FakeTimeProvider _clock = new();
    private MainWork _work = null!;
    private PostgresServer _server = null!;
    private Store _store = null!;

    public async Task InitializeAsync()
    {
        _work = new MainWork(_clock);
        _server = await PostgresServer.Start(diskMiB: DiskMiB);
        var database = _server.CreateDatabase();
        await Run(database, "create role app login; grant all on schema public to app");
        var app = $"{database};Username=app";
        PostgresMigrations.Apply(app);
        _store = Store.Postgres(app, work: _work);
        Assert.Equal(LogOutcome.Committed, await Say());
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_it_refuses_is_told_and_over_when_it_is()
    {
        // Its disk is full: it takes connections, reads, and small changes of pages that are there.
        _server.FillDisk();
        await Refused("53100 (its disk is full)", Say);
        _server.EmptyDisk();
        await Well();

        // An operator's switch, or a standby that was taken for the primary.
        await Run(_server.ConnectionString(), "alter system set default_transaction_read_only = on", "select pg_reload_conf()");
        await Refused("25006 (it is read only)", Say);
        await Run(
            $"{_server.ConnectionString()};Options=-c default_transaction_read_only=off", "alter system reset default_transaction_read_only", "select pg_reload_conf()");
        await Well();

        // A role's limit, when its connections have gone: nobody asks, and the probe finds it.
        await Run(_server.ConnectionString(), "alter role app connection limit 0", "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'");
        await Refused("53300 (it has no connection left, for all or for this role)", () => Task.CompletedTask);
        await Run(_server.ConnectionString(), "alter role app connection limit -1");
        await Well();

        // A password that was changed, or a user that may not come in any more.
        await Run(_server.ConnectionString(), "alter role app nologin", "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'");
        await Refused("28000 (it refuses this user or password)", () => Task.CompletedTask);
    }

    private Task<LogOutcome> Say() => _store.Log.Append(Sample.Said(
        Guid.NewGuid(), Sample.Message(1, "ann", Convert.ToHexString(RandomNumberGenerator.GetBytes(Body)))));

    private async Task Refused(string reason, Func<Task> work)
    {
        // What went well a moment ago is tried again after this.
        _clock.Advance(StoreProbe.Period);
        await Until.True(async () =>
        {
            await work();
            await Probe();
            return _work.All.Any(one => one.InDoubt);
        });
        Assert.Empty(_work.Refusals);

        // Time goes by without a success, and a probe in between clears nothing.
        for (var second = 0; second < WorkHealth.Timeout.TotalSeconds; second += 2)
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            await work();
            await Probe();
        }

        Assert.Contains(_work.Refusals, refusal => refusal.Contains(reason, StringComparison.Ordinal));
    }

    private Task Well() => Until.True(async () =>
    {
        _clock.Advance(TimeSpan.FromSeconds(2));
        var outcome = await Say();
        await Probe();
        return outcome == LogOutcome.Committed && !_work.All.Any(one => one.InDoubt);
    });

    private async Task Probe()
    {
        using var probe = new StoreProbe(_store.Database, _store.Trial, _work, TimeProvider.System);
        await probe.Round();
    }

    private static async Task Run(string connectionString, params string[] statements)
    {
        await using var connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
