using Messenger.EndToEnd.Tests.Harness;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>A whole cluster of processes: PostgreSQL, Redis, two gateways and two workers. Each test has one of its own, since it breaks it.</summary>
public sealed class ClusterFixture : IAsyncDisposable
{
    private const int Gateways = 2;
    private const int Workers = 2;

    private readonly List<ServerProcess> _gateways = [];
    private readonly List<ServerProcess> _workers = [];
    private Func<string, ServerSettings> _settings = _ => throw new InvalidOperationException("not started");
    private int _turn;
    private string _assembly = Built.Host;

    private ClusterFixture(PostgresServer postgres, RedisServer redis)
    {
        Postgres = postgres;
        Redis = redis;
    }

    public PostgresServer Postgres { get; }

    public RedisServer Redis { get; }

    public IReadOnlyList<ServerProcess> GatewayProcesses => _gateways;

    public IReadOnlyList<ServerProcess> WorkerProcesses => _workers;

    /// <summary>What the cluster is called in Redis.</summary>
    public string ClusterId { get; } = $"test-{Guid.NewGuid():N}";

    /// <summary>Runs <c>migrate</c> of another release, as an upgrade does before its first process.</summary>
    public Task Migrate(string assembly) => ServerProcess.RunAsync(_settings("all") with { Assembly = assembly }, "migrate");

    /// <summary>One more worker.</summary>
    public async Task<ServerProcess> AddWorker()
    {
        _workers.Add(await ServerProcess.StartAsync(_settings("worker"), mayLogStackTraces: true));
        return _workers[^1];
    }

    /// <param name="more">Settings of every process.</param>
    public static Task<ClusterFixture> StartAsync(params (string Key, string Value)[] more) => StartReleaseAsync(Built.Host, more);

    /// <summary>Every process of this release, the migrations too.</summary>
    public static async Task<ClusterFixture> StartReleaseAsync(string assembly, params (string Key, string Value)[] more)
    {
        var cluster = new ClusterFixture(await PostgresServer.Start(), await RedisServer.Start());
        try
        {
            cluster._assembly = assembly;
            await cluster.StartProcesses(more);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Each process on a host of its own; the stores are on this one.</summary>
    internal static async Task<ClusterFixture> OnHosts(HostNetwork network)
    {
        var cluster = new ClusterFixture(await PostgresServer.Start(network.Address), await RedisServer.Start(network.Address));
        try
        {
            await cluster.StartProcesses([], network);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A gateway that runs, each in turn, as a load balancer would give it.</summary>
    public Uri AnyGateway()
    {
        var running = _gateways.Where(gateway => gateway.IsRunning).ToList();
        var among = running.Count > 0 ? running : _gateways;
        return among[(Interlocked.Increment(ref _turn) & int.MaxValue) % among.Count].Settings.WebSocket;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _gateways.Concat(_workers))
        {
            await process.DisposeAsync();
        }

        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    private async Task StartProcesses((string Key, string Value)[] more, HostNetwork? network = null)
    {
        var database = Postgres.CreateDatabase();
        var redis = Redis.ConnectionString;
        await ServerProcess.RunAsync(ServerSettings.InCluster("all", database, redis, ClusterId, more) with { Assembly = _assembly }, "migrate");
        if (network is not null)
        {
            database = database.Replace("127.0.0.1", network.Address, StringComparison.Ordinal);
            redis = redis.Replace("127.0.0.1", network.Address, StringComparison.Ordinal);
        }

        _settings = Settings;

        // One after the other: each finds the others in the membership.
        for (var i = 0; i < Workers; i++)
        {
            _workers.Add(await ServerProcess.StartAsync(Settings("worker"), mayLogStackTraces: true));
        }

        for (var i = 0; i < Gateways; i++)
        {
            _gateways.Add(await ServerProcess.StartAsync(Settings("gateway"), mayLogStackTraces: true));
        }

        ServerSettings Settings(string role)
        {
            var settings = ServerSettings.InCluster(role, database, redis, ClusterId, more) with { Assembly = _assembly };
            return network is null ? settings : settings.On(network.Add());
        }
    }
}
