namespace Messenger.Testing.Servers;

/// <summary>Debian's PostgreSQL, flushing to disk as in production.</summary>
public sealed class PostgresServer : Server
{
    private const string Loopback = "127.0.0.1";

    private readonly string _programs;
    private readonly string _addresses;

    private PostgresServer(string programs, string? address)
        : base("postgres") => (_programs, _addresses) = (programs, address is null ? Loopback : $"{Loopback},{address}");

    protected override (string Program, string[] Arguments) Command => (
        Path.Combine(_programs, "postgres"),
        [
            "-D", Data, "-p", $"{Port}", "-c", $"listen_addresses={_addresses}", "-c", "unix_socket_directories=", "-c", "fsync=on",
            "-c", "max_connections=200",
        ]);

    private string Data => Path.Combine(Folder, "data");

    /// <param name="address">Listens there too, and trusts that network.</param>
    /// <param name="diskMiB">The size of a disk of its own, for <see cref="FillDisk"/>; 0 for none. Needs root.</param>
    public static async Task<PostgresServer> Start(string? address = null, int diskMiB = 0)
    {
        const string versions = "/usr/lib/postgresql";
        var programs = (Directory.Exists(versions) ? Directory.GetDirectories(versions) : [])
            .Select(version => Path.Combine(version, "bin"))
            .Where(folder => File.Exists(Path.Combine(folder, "initdb")))
            .Order(StringComparer.Ordinal)
            .LastOrDefault()
            ?? throw new InvalidOperationException("These tests need a real PostgreSQL: apt-get install postgresql");
        var server = new PostgresServer(programs, address);
        if (diskMiB > 0)
        {
            server.MountDisk(diskMiB);
        }

        RunUnprivileged(
            Path.Combine(programs, "initdb"),
            ["-D", server.Data, "-U", "messenger", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        if (address is not null)
        {
            await File.AppendAllTextAsync(Path.Combine(server.Data, "pg_hba.conf"), $"host all all {address}/24 trust\n");
        }

        await server.Launch();
        return server;
    }

    /// <summary>A connection string for Npgsql.</summary>
    public string ConnectionString(string database = "postgres") => $"Host=127.0.0.1;Port={Port};Username=messenger;Database={database}";

    /// <summary>Makes an empty database and returns its connection string.</summary>
    public string CreateDatabase() => CreateDatabase($"test_{Guid.NewGuid():N}");

    public string CreateDatabase(string name)
    {
        RunUnprivileged(Path.Combine(_programs, "createdb"), ["-h", "127.0.0.1", "-p", $"{Port}", "-U", "messenger", name]);
        return ConnectionString(name);
    }

    /// <summary>A standby that follows this server until <see cref="Promote"/>.</summary>
    public async Task<PostgresServer> Replicate()
    {
        var standby = new PostgresServer(_programs, null);
        RunUnprivileged(
            Path.Combine(_programs, "pg_basebackup"),
            ["-h", "127.0.0.1", "-p", $"{Port}", "-U", "messenger", "-D", standby.Data, "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
        await standby.Launch();
        return standby;
    }

    /// <summary>Makes a primary of a standby, with what it has.</summary>
    public void Promote() => RunUnprivileged(Path.Combine(_programs, "pg_ctl"), ["promote", "-D", Data, "-w"]);

    /// <summary>Leaves no byte on the disk that was given at the start.</summary>
    public void FillDisk()
    {
        // It writes until nothing is left, and fails then.
        _ = Exit("dd", "if=/dev/zero", $"of={Filler}", "bs=1M", "status=none");
        _ = Exit("dd", "if=/dev/zero", $"of={Filler}.rest", "bs=4k", "status=none");
    }

    public void EmptyDisk()
    {
        File.Delete(Filler);
        File.Delete($"{Filler}.rest");
    }

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>A copy of everything as it is now, for <see cref="Restore"/>.</summary>
    public async Task Save()
    {
        await Stop();
        RunUnprivileged("cp", ["-a", Data, Saved]);
        await Launch();
    }

    /// <summary>Kills the server and starts it on what was saved.</summary>
    public async Task Restore()
    {
        await Kill();
        RunUnprivileged("rm", ["-rf", Data]);
        RunUnprivileged("cp", ["-a", Saved, Data]);
        await Launch();
    }

    private string Saved => Path.Combine(Folder, "saved");

    protected override Task<bool> Ready() =>
        Task.FromResult(Exit(Path.Combine(_programs, "pg_isready"), "-h", "127.0.0.1", "-p", $"{Port}", "-t", "1") == 0);
}
