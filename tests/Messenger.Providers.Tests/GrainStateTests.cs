using Messenger.Ports;
using Messenger.Providers.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization.Configuration;
using Orleans.Storage;
using Xunit;

namespace Messenger.Providers.Tests;

/// <summary>Orleans' own grain storage on the tables and queries of our migrations.</summary>
[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class GrainStateTests(PostgresFixture fixture)
{
    [Fact]
    public Task PostgreSQL_keeps_grain_state() => Check("Npgsql", fixture.ConnectionString);

    [Fact]
    public async Task SQLite_keeps_grain_state()
    {
        var folder = Directory.CreateTempSubdirectory("messenger-state-").FullName;
        var path = Path.Combine(folder, "messenger.db");
        SqliteMigrations.Apply(path);

        await Check("System.Data.SQLite", new SqliteOptions(path).GrainStateConnectionString);

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Keys of rows name people and addresses: what holds nothing goes after a while, and what holds something stays.</summary>
    [Fact]
    public async Task Erased_rows_and_ended_quotas_go_by_age()
    {
        var folder = Directory.CreateTempSubdirectory("messenger-state-").FullName;
        var options = new SqliteOptions(Path.Combine(folder, "messenger.db"));
        SqliteMigrations.Apply(options.Path);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection(options.GrainStateConnectionString))
        {
            await connection.OpenAsync();
            await Purged(connection, new SqliteStateRetention(options), "datetime('now', '-2 days')", "datetime('now')");
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        await using var postgres = new Npgsql.NpgsqlConnection(fixture.ConnectionString);
        await postgres.OpenAsync();
        await Purged(postgres, fixture.Store.States, "now() - interval '2 days'", "now()");
    }

    private static async Task Purged(System.Data.Common.DbConnection connection, IStateRetention states, string old, string fresh)
    {
        // Of each: the key, its hash, the kind, whether it holds something, and since when. What goes first.
        (string Key, int Hash, string Kind, bool Holds, bool Old, bool Goes)[] rows =
        [
            ("gone", 71, "account", false, true, true), ("gone", 71, "contacts", false, true, true), ("gone", 71, "discovery", true, true, true), ("gone", 71, "phone", true, true, true),
            ("just", 72, "account", false, false, false), ("just", 72, "phone", true, true, false),
            ("here", 73, "account", true, true, false), ("here", 73, "discovery", true, true, false), ("here", 71, "phone", true, true, false),
            ("back", 74, "account", false, true, true), ("back", 74, "phone", true, false, false),
            ("address/192.0.2.1", 75, "quota", true, true, true), ("address/192.0.2.2", 76, "quota", true, false, false),
        ];
        await using var command = connection.CreateCommand();
        command.CommandText = string.Join(';', rows.Select(row =>
            $"insert into orleansstorage (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, modifiedon, version) values ({row.Hash}, 0, 0, {row.Kind.Length}, '{row.Kind}', '{row.Key}', 'purge', {(row.Holds ? "'x'" : "null")}, {(row.Old ? old : fresh)}, 1)"));
        await command.ExecuteNonQueryAsync();
        await states.PurgeStates(DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds(), 100);
        command.CommandText = "select graintypestring, grainidextensionstring from orleansstorage where serviceid = 'purge'";
        var left = new List<(string, string)>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                left.Add((reader.GetString(0), reader.GetString(1)));
            }
        }

        Assert.Equal(rows.Where(row => !row.Goes).Select(row => (row.Kind, row.Key)).Order(), left.Order());
        command.CommandText = "delete from orleansstorage where serviceid = 'purge'";
        await command.ExecuteNonQueryAsync();
    }

    private static async Task Check(string invariant, string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddAdoNetGrainStorage("state", options =>
        {
            options.Invariant = invariant;
            options.ConnectionString = connectionString;
        }));
        builder.Services.Configure<TypeManifestOptions>(types => types.AddAllowedType(typeof(Account)));
        using var host = builder.Build();
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>("state");
        using var stop = new CancellationTokenSource();
        var lifecycle = new Lifecycle();
        ((ILifecycleParticipant<ISiloLifecycle>)storage).Participate(lifecycle);
        await lifecycle.Start(stop.Token);
        var user = GrainId.Create("user", $"user-{Guid.NewGuid():N}");
        var other = GrainId.Create("user", $"other-{Guid.NewGuid():N}");

        var state = new GrainState<Account>();
        await storage.ReadStateAsync("account", user, state);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);

        state.State = new Account { Name = "first" };
        await storage.WriteStateAsync("account", user, state);
        state.State = new Account { Name = "second" };
        await storage.WriteStateAsync("account", user, state);
        Assert.Equal("second", (await Read(storage, user)).State!.Name);
        Assert.Equal("2", state.ETag);

        // Two activations: the older version and the second first write are turned down.
        var stale = new GrainState<Account>(new Account { Name = "stale" }, "1");
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("account", user, stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("account", user, stale));
        var unread = new GrainState<Account>(new Account { Name = "unread" });
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("account", user, unread));
        var firsts = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await storage.WriteStateAsync("account", other, new GrainState<Account>(new Account { Name = "other" }));
                return 1;
            }
            catch (InconsistentStateException)
            {
                return 0;
            }
        }));
        Assert.Equal(1, firsts.Sum());
        Assert.Equal("second", (await Read(storage, user)).State!.Name);

        await storage.ClearStateAsync("account", user, state);
        Assert.False((await Read(storage, user)).RecordExists);
        state.State = new Account { Name = "again" };
        await storage.WriteStateAsync("account", user, state);
        Assert.Equal("again", (await Read(storage, user)).State!.Name);
        Assert.Equal("other", (await Read(storage, other)).State!.Name);
    }

    private static async Task<GrainState<Account>> Read(IGrainStorage storage, GrainId id)
    {
        var state = new GrainState<Account>();
        await storage.ReadStateAsync("account", id, state);
        return state;
    }

    public sealed class Account
    {
        public string Name { get; set; } = "";
    }

    /// <summary>Runs what the storage does when a silo starts, without a silo.</summary>
    private sealed class Lifecycle : ISiloLifecycle
    {
        private readonly List<ILifecycleObserver> _observers = [];

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => int.MaxValue;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _observers.Add(observer);
            return new MemoryStream();
        }

        public async Task Start(CancellationToken cancellation)
        {
            foreach (var observer in _observers)
            {
                await observer.OnStart(cancellation);
            }
        }
    }
}
