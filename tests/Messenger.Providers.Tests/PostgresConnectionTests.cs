using System.Diagnostics;
using Messenger.Ports;
using Messenger.Providers.Postgres;
using Messenger.Testing.Servers;
using Npgsql;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>Connections that a network forgot, or a server closed, are found before a request pays for them.</summary>
[Trait("Needs", "Servers")]
public sealed class PostgresConnectionTests : IAsyncLifetime
{
    /// <summary>A forgotten connection costs the statement's limit, 5 s.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    private PostgresServer _server = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Start();
        _database = _server.CreateDatabase();
        PostgresMigrations.Apply(_database);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("Host=db", PostgresOptions.KeepAliveSeconds)]
    [InlineData("Host=db;Keepalive=3", 3)]
    public void Every_connection_is_probed_and_none_is_idle_for_long(string given, int expected)
    {
        var options = new PostgresOptions(given);
        Assert.All([options.Pooled, options.GrainStateConnectionString, options.Writer], text =>
        {
            var connection = new NpgsqlConnectionStringBuilder(text);
            Assert.Equal(expected, connection.KeepAlive);
            Assert.True(connection.TcpKeepAlive);
            Assert.InRange(connection.TcpKeepAliveTime, 1, 30);
            Assert.InRange(connection.ConnectionIdleLifetime, 1, 239);
        });
    }

    [Fact]
    public async Task A_network_that_forgets_the_silent_does_not_forget_ours()
    {
        await using var proxy = new ForgetfulProxy(_server.Port, memory: TimeSpan.FromSeconds(4));
        await using var store = Through(proxy);
        var at = Guid.NewGuid();
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Created(at, Guid.NewGuid(), false, "ann", "bob")));
        await store.Log.Read(at, new(1, 9), 9, newestFirst: false);

        // Twice the network's memory: without a sign of life every connection is forgotten now.
        await Task.Delay(TimeSpan.FromSeconds(8));
        var watch = Stopwatch.StartNew();
        await store.Log.Read(at, new(1, 9), 9, newestFirst: false);
        Assert.Equal(LogOutcome.Committed, await store.Log.Append(Sample.Said(at, Sample.Message(1, "ann"))));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Soon);
        Assert.Equal(0, proxy.Forgotten);
    }

    [Fact]
    public async Task What_a_network_forgot_all_the_same_is_found_in_the_pool()
    {
        await using var proxy = new ForgetfulProxy(_server.Port, memory: TimeSpan.FromHours(1));
        await using var store = Through(proxy);
        var at = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Log.Read(at, new(1, 9), 9, newestFirst: false)));
        proxy.ForgetAll();
        await Until.True(() => Task.FromResult(proxy.IsFound));

        var watch = Stopwatch.StartNew();
        await store.Log.Read(at, new(1, 9), 9, newestFirst: false);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Soon);
    }

    [Fact]
    public async Task Reads_do_not_notice_that_the_server_closed_the_pools_connections()
    {
        await using var store = Store.Postgres(_database);
        var at = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Log.Read(at, new(1, 9), 9, newestFirst: false)));
        await using (var admin = new NpgsqlConnection($"{_database};Pooling=false"))
        {
            await admin.OpenAsync();
            await using var end = new NpgsqlCommand("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'messenger'", admin);
            await end.ExecuteNonQueryAsync();
        }

        for (var i = 0; i < 8; i++)
        {
            Assert.Empty(await store.Log.Read(at, new(1, 9), 9, newestFirst: false));
        }
    }

    /// <summary>With a sign of life each second, so that a test need not wait for the product's own.</summary>
    private Store Through(ForgetfulProxy proxy) => Store.Postgres(
        new NpgsqlConnectionStringBuilder(_database) { Port = proxy.Port, KeepAlive = 1 }.ToString());
}
