using System.Globalization;
using System.Text.RegularExpressions;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.Testing.Servers;
using Npgsql;

namespace Messenger.EndToEnd.Tests.Host;

/// <summary>Who reaches Redis is not a member for that: environment, database and secret have to be the cluster's.</summary>
[Trait("Category", "Cluster")]
public sealed class ClusterIdentityTests : IAsyncLifetime
{
    private const string Secret = "a secret of the cluster, of 32 characters or more";
    private const string Cluster = "chat";

    private readonly Folder _folder = new();
    private PostgresServer _postgres = null!;
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => (_postgres, _redis) = (await PostgresServer.Start(), await RedisServer.Start());

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_process_of_another_environment_database_or_secret_is_refused()
    {
        var database = _postgres.CreateDatabase();
        await Migrated(database);
        await using var member = await ServerProcess.StartAsync(Member(database, ("Cluster__Secret", Secret)));

        // The same database, in Production.
        Assert.Contains("of the Development environment, and this process is of Production", await Refused(database), StringComparison.Ordinal);

        // Another database under the same name: of another environment, and of the same.
        var other = _postgres.CreateDatabase();
        await Migrated(other, "--environment=Production");
        var foreign = await Refused(other, $"--Cluster:Secret={Secret}");
        Assert.Contains("Redis has a cluster 'chat' of the Development environment, and this process is of Production", foreign, StringComparison.Ordinal);

        var same = _postgres.CreateDatabase();
        await Migrated(same);
        var second = await Refused(same, "--environment=Development", $"--Cluster:Secret={Secret}");
        Assert.Contains("of another database", second, StringComparison.Ordinal);
        Assert.Contains("messenger/identity/chat", second, StringComparison.Ordinal);

        // The right one with another secret, and without any.
        var wrong = await Refused(database, "--environment=Development", $"--Cluster:Secret={Secret[1..]}");
        Assert.Contains("whose Cluster:Secret is not the one given here", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret[1..], wrong, StringComparison.Ordinal);
        Assert.Contains("which is none", await Refused(database, "--environment=Development"), StringComparison.Ordinal);

        // Nothing of theirs was written, and who belongs there joins.
        Assert.Equal(":2", await _redis.Ask($"HLEN messenger/members/{Cluster}"));
        await using var welcome = await ServerProcess.StartAsync(Member(database, ("Cluster__Secret", Secret)));
        Assert.Equal(":3", await _redis.Ask($"HLEN messenger/members/{Cluster}"));
    }

    [Fact]
    public async Task A_cluster_is_given_its_secret_while_it_runs()
    {
        var database = _postgres.CreateDatabase();
        await Migrated(database);
        await using var before = await ServerProcess.StartAsync(Member(database));
        await using var first = await ServerProcess.StartAsync(Member(database, ("Cluster__Secret", Secret)));
        Assert.Contains("which is none", await Refused(database, "--environment=Development"), StringComparison.Ordinal);

        // Who was there before goes on, and writes the seal of those who have the secret no other way.
        await using var second = await ServerProcess.StartAsync(Member(database, ("Cluster__Secret", Secret)));
        Assert.True(before.IsRunning);
    }

    [Fact]
    public async Task A_copy_becomes_a_cluster_of_its_own_when_it_is_told_to()
    {
        var database = _postgres.CreateDatabase();
        await Migrated(database, "--environment=Production", "--Cluster:Id=production");
        var (id, _, _) = await Identity(database);
        Assert.Contains("the cluster 'production'", await Refused(database, "--Cluster:Id=staging"), StringComparison.Ordinal);

        await Migrated(database, "--new-identity", "--environment=Staging", "--Cluster:Id=staging");
        var (another, name, environment) = await Identity(database);
        Assert.NotEqual(id, another);
        Assert.Equal(("staging", "Staging"), (name, environment));
    }

    [Fact]
    public async Task Nothing_of_a_living_cluster_is_given_another_identity()
    {
        var database = _postgres.CreateDatabase();
        await Migrated(database);
        await using var member = await ServerProcess.StartAsync(Member(database));
        await Deadlines.Until(async () => await Count(database, "cluster_member") == 1, Deadlines.Frame, () => "the member does not renew its row");
        var run = await Run.ToEnd(_folder.Path, [.. Command(database, "migrate", "--new-identity"), "--environment=Development"]);
        Assert.Contains("1 processes of this database live", run.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_database_takes_the_name_that_is_meant_for_new_ones_and_an_old_one_keeps_its_own()
    {
        var unused = _postgres.CreateDatabase();
        await Named(unused, "--Cluster:IdIfNew=chat-prod");
        Assert.Equal("chat-prod", (await Identity(unused)).Name);
        await Named(unused, "--Cluster:IdIfNew=another");
        Assert.Equal("chat-prod", (await Identity(unused)).Name);

        // As an upgrade from a release that knew no identity finds it.
        var used = _postgres.CreateDatabase();
        await Named(used, "--Cluster:IdIfNew=x");
        await Execute(used, "delete from cluster_identity; insert into log_writer (name) values ('somebody')");
        await Named(used, "--Cluster:IdIfNew=chat-prod");
        Assert.Equal("messenger", (await Identity(used)).Name);

        async Task Named(string database, string argument)
        {
            var run = await Run.ToEnd(
                _folder.Path, "migrate", $"--ConnectionStrings:Postgres={database}", $"--ConnectionStrings:Redis={_redis.ConnectionString}", argument);
            Assert.True(run.Code == 0, run.Error);
        }
    }

    [Fact]
    public async Task Nobody_founds_a_second_cluster_beside_living_members_that_Redis_does_not_know()
    {
        var database = _postgres.CreateDatabase();
        await Migrated(database);
        await using var renewal = await Renewal.Of(database, "127.0.0.1:4711@12345");
        var sentence = await Refused(database, "--environment=Development");
        Assert.Contains("1 processes of this database live (127.0.0.1:4711@12345), and Redis knows none of them", sentence, StringComparison.Ordinal);
        Assert.Equal(":0", await _redis.Ask($"EXISTS messenger/members/{Cluster}"));

        // It died without a word: by the database's clock it lives for some seconds more, and then a cluster is founded.
        await renewal.Stop();
        await using var founder = await ServerProcess.StartAsync(Member(database));
        Assert.Contains(founder.Log.Lines, line => line.Contains("waiting for them to write their rows again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_release_that_the_living_do_not_understand_does_not_join_them()
    {
        var database = _postgres.CreateDatabase();
        await Migrated(database);
        await using var old = await ServerProcess.StartAsync(Member(database));

        // Its row is there from its first sign of life; then it is of a release that said no number, and goes on renewing it.
        await Deadlines.Until(
            async () => (await Execute(database, "update cluster_member set contract = 0, oldest = 0")) == 1, Deadlines.Frame, () => "the member does not renew its row");
        var sentence = await Refused(database, "--environment=Development");
        var said = Regex.Match(sentence, "they speak contract 0 and this release ([0-9]+), which do not run side by side: stop all processes of that release");
        Assert.True(said.Success, sentence);

        var current = int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture);
        var next = current + 1;
        await Execute(database, $"update cluster_member set contract = {next}, oldest = {next}");
        Assert.Contains("start that release instead", await Refused(database, "--environment=Development"), StringComparison.Ordinal);

        // The next release that still knows this one is met.
        await Execute(database, $"update cluster_member set contract = {next}, oldest = {current}");
        await using var beside = await ServerProcess.StartAsync(Member(database));
        Assert.True(old.IsRunning);
    }

    private ServerSettings Member(string database, params (string Key, string Value)[] more) =>
        ServerSettings.InCluster("all", database, _redis.ConnectionString, Cluster, more);

    private string[] Command(string database, params string[] more) =>
    [
        .. more.Where(word => !word.StartsWith("--", StringComparison.Ordinal) || word == "--new-identity"),
        $"--ConnectionStrings:Postgres={database}", $"--ConnectionStrings:Redis={_redis.ConnectionString}", $"--Cluster:Id={Cluster}",
        "--Silo:Port=0", "--Silo:Address=127.0.0.1", "--urls=http://127.0.0.1:0",
        .. more.Where(word => word.StartsWith("--", StringComparison.Ordinal) && word != "--new-identity"),
    ];

    private async Task Migrated(string database, params string[] more)
    {
        string[] environment = more.Any(word => word.StartsWith("--environment", StringComparison.Ordinal)) ? [] : ["--environment=Development"];
        var run = await Run.ToEnd(_folder.Path, Command(database, ["migrate", .. more, .. environment]));
        Assert.True(run.Code == 0, run.Error);
    }

    /// <summary>The last line: what it said while it waited is no part of the refusal.</summary>
    private async Task<string> Refused(string database, params string[] more)
    {
        var run = await Run.ToEnd(_folder.Path, Command(database, more));
        Assert.Equal(1, run.Code);
        Assert.DoesNotContain("   at ", run.Out + run.Error, StringComparison.Ordinal);
        return run.Error.TrimEnd().Split('\n')[^1];
    }

    private static async Task<(Guid Id, string Name, string Environment)> Identity(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("select id, cluster, environment from cluster_identity");
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return (reader.GetGuid(0), reader.GetString(1), reader.GetString(2));
    }

    private static async Task<long> Count(string database, string table)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand($"select count(*) from {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<int> Execute(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>A process that lives, as far as the database can tell.</summary>
    private sealed class Renewal(string database, string name) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _running = Task.CompletedTask;

        public static async Task<Renewal> Of(string database, string name)
        {
            var renewal = new Renewal(database, name);
            await renewal.Renew();
            renewal._running = renewal.Run();
            return renewal;
        }

        public async Task Stop()
        {
            await _stop.CancelAsync();
            await _running;
        }

        public async ValueTask DisposeAsync()
        {
            await Stop();
            _stop.Dispose();
        }

        private Task<int> Renew() => Execute(
            database, $"insert into cluster_member (name, role, renewed) values ('{name}', 'worker', now()) on conflict (name) do update set renewed = now()");

        private async Task Run()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2));
            try
            {
                while (await timer.WaitForNextTickAsync(_stop.Token))
                {
                    await Renew();
                }
            }
            catch (OperationCanceledException)
            {
                // Stopped.
            }
        }
    }
}
