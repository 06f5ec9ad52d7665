namespace Messenger.Servers;

/// <summary>Debian's PostgreSQL, flushing to disk as in production.</summary>
public sealed class PostgresServer : Server
{
    private readonly string programs;

    private PostgresServer(string programs)
        : base("postgres") => this.programs = programs;

    protected override (string Program, string[] Arguments) Command => (
        Path.Combine(programs, "postgres"),
        [
            "-D", Data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=on",
            "-c", "max_connections=200",
        ]);

    private string Data => Path.Combine(Folder, "data");

    public static async Task<PostgresServer> Start()
    {
        const string versions = "/usr/lib/postgresql";
        var programs = (Directory.Exists(versions) ? Directory.GetDirectories(versions) : [])
            .Select(version => Path.Combine(version, "bin"))
            .Where(folder => File.Exists(Path.Combine(folder, "initdb")))
            .Order(StringComparer.Ordinal)
            .LastOrDefault()
            ?? throw new InvalidOperationException("These tests need a real PostgreSQL: apt-get install postgresql");
        var server = new PostgresServer(programs);
        RunUnprivileged(
            Path.Combine(programs, "initdb"),
            ["-D", server.Data, "-U", "messenger", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        await server.Launch();
        return server;
    }

    /// <summary>A connection string for Npgsql.</summary>
    public string ConnectionString(string database = "postgres") => $"Host=127.0.0.1;Port={Port};Username=messenger;Database={database}";

    /// <summary>Makes an empty database and returns its connection string.</summary>
    public string CreateDatabase()
    {
        var name = $"test_{Guid.NewGuid():N}";
        RunUnprivileged(Path.Combine(programs, "createdb"), ["-h", "127.0.0.1", "-p", $"{Port}", "-U", "messenger", name]);
        return ConnectionString(name);
    }

    protected override Task<bool> Ready() =>
        Task.FromResult(Exit(Path.Combine(programs, "pg_isready"), "-h", "127.0.0.1", "-p", $"{Port}", "-t", "1") == 0);
}
