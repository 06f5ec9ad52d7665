using System.Globalization;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.Testing.Servers;
using Npgsql;

namespace Messenger.EndToEnd.Tests.Host;

/// <summary>Stores as operators hand them out: host, user and password from keys of their own, URIs, passwords with everything in them, poolers.</summary>
[Trait("Category", "Cluster")]
public sealed class StoreAddressTests : IAsyncLifetime
{
    /// <summary>What ends a value in one form or another, and what a URI escapes.</summary>
    private const string Password = "a;b,c'd\" e=f@g/h\\i:j%k";

    private readonly Folder _folder = new();
    private PostgresServer _postgres = null!;
    private RedisServer _redis = null!;
    private string _database = null!;

    private string Name => _database.Split("Database=")[1];

    public async Task InitializeAsync()
    {
        (_postgres, _redis) = (await PostgresServer.Start(), await RedisServer.Start());
        _database = _postgres.CreateDatabase();
        await Run("create role app login", $"alter database {Name} owner to app");
        await Give(Password);
        await Run(
            "do $$ begin execute format('copy (select $x$host all app 127.0.0.1/32 scram-sha-256$x$ union all select $x$host all all 127.0.0.1/32 trust$x$) to %L', current_setting('hba_file')); end $$",
            "select pg_reload_conf()");
        await _redis.Ask("CONFIG SET requirepass \"a,b;c\"");
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Keys_a_URI_and_a_password_file_that_changes()
    {
        // By a URI: the database is made with it.
        var uri = $"postgresql://app:{Uri.EscapeDataString(Password)}@127.0.0.1:{_postgres.Port}/{Name}?target_session_attrs=read-write&application_name=x";
        var migrated = await Host.Run.ToEnd(_folder.Path, "migrate", $"--ConnectionStrings:Postgres={uri}", "--ConnectionStrings:Redis=redis://:a%2Cb%3Bc@127.0.0.1:" + Port(_redis.Port), "--environment=Development");
        Assert.True(migrated.Code == 0, migrated.Error);

        // By keys, the password in a file as a mounted Secret has it.
        var secret = Path.Combine(_folder.Path, "password");
        await File.WriteAllTextAsync(secret, Password + "\n");
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(
            ("Postgres__Host", "127.0.0.1"), ("Postgres__Port", Port(_postgres.Port)), ("Postgres__Database", Name), ("Postgres__User", "app"),
            ("Postgres__PasswordFile", secret), ("Postgres__Options", "Maximum Pool Size=4"),
            ("Redis__Host", "127.0.0.1"), ("Redis__Port", Port(_redis.Port)), ("Redis__Password", "a,b;c")), mayLogStackTraces: true);
        await using var first = await Phone.Join(server.Settings.WebSocket, Account.New());

        // The password changes, in the database and in the file, and every connection is made anew.
        await Give("another");
        await File.WriteAllTextAsync(secret, "another");
        await Deadlines.Until(
            async () =>
            {
                await Run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'");
                try
                {
                    await using var phone = await Phone.Join(server.Settings.WebSocket, Account.New());
                    return true;
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    return false;
                }
            },
            Deadlines.Recovery,
            () => $"nobody can register with the new password:\n{server.Log.Tail}");
    }

    [Fact]
    public async Task A_pooler_is_found_at_the_start_and_works_when_it_was_named()
    {
        string[] Redis() => [$"--Redis:Host=127.0.0.1:{_redis.Port}", "--Redis:Password=a,b;c", "--Silo:Port=0", "--Silo:Address=127.0.0.1", "--urls=http://127.0.0.1:0", "--environment=Development"];
        string Behind(PgBouncerServer pooler) => $"Host=127.0.0.1;Port={Port(pooler.Port)};Username=messenger;Database={Name}";
        Assert.Equal(0, (await Host.Run.ToEnd(_folder.Path, ["migrate", $"--ConnectionStrings:Postgres={_database}", .. Redis()])).Code);

        await using (var session = await PgBouncerServer.Start(_postgres, "session"))
        {
            var refused = await Host.Run.ToEnd(_folder.Path, [$"--ConnectionStrings:Postgres={Behind(session)}", .. Redis()]);
            Assert.Contains("takes no start-up options: set Postgres:Pooler", refused.Sentence, StringComparison.Ordinal);
        }

        await using var transaction = await PgBouncerServer.Start(_postgres, "transaction", "ignore_startup_parameters = options");
        var unnamed = await Host.Run.ToEnd(_folder.Path, [$"--ConnectionStrings:Postgres={Behind(transaction)}", .. Redis()]);
        Assert.Contains("shares connections by transaction: set Postgres:Pooler=transaction", unnamed.Sentence, StringComparison.Ordinal);
        var alone = await Host.Run.ToEnd(_folder.Path, [$"--ConnectionStrings:Postgres={Behind(transaction)}", "--Postgres:Pooler=transaction", .. Redis()]);
        Assert.Contains("give ConnectionStrings:PostgresDirect too", alone.Sentence, StringComparison.Ordinal);

        string[] named = [$"--ConnectionStrings:Postgres={Behind(transaction)}", $"--ConnectionStrings:PostgresDirect={_database}", "--Postgres:Pooler=transaction"];
        Assert.Equal(0, (await Host.Run.ToEnd(_folder.Path, ["migrate", .. named, .. Redis()])).Code);
        await using var server = await ServerProcess.StartAsync(ServerSettings.Embedded(
            [.. named.Concat(Redis()).Select(argument => argument[2..].Split('=', 2)).Where(pair => pair[0].Contains(':', StringComparison.Ordinal)).Select(pair => (pair[0].Replace(":", "__", StringComparison.Ordinal), pair[1]))]));
        await using var me = await Phone.Join(server.Settings.WebSocket, Account.New());
        await using var you = await Phone.Join(server.Settings.WebSocket, Account.New());
        var conversation = await me.Dialog(you);
        for (var at = 0; at < 20; at++)
        {
            await you.Hear((await me.Say(conversation)).Text("uuid")!);
        }

        Assert.True((await you.Log(conversation)).Count >= 20);
    }

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);

    private Task Give(string password) => Run($"alter role app password $pw${password}$pw$");

    private async Task Run(params string[] statements)
    {
        await using var connection = new NpgsqlConnection($"{_database};Pooling=false");
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
