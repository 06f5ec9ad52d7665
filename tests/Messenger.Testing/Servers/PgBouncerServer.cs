using System.Net.Sockets;

namespace Messenger.Testing.Servers;

/// <summary>Debian's PgBouncer before one PostgreSQL.</summary>
public sealed class PgBouncerServer : Server
{
    private const string Program = "/usr/sbin/pgbouncer";

    private PgBouncerServer()
        : base("pgbouncer")
    {
    }

    protected override (string Program, string[] Arguments) Command => (Program, [Path.Combine(Folder, "pgbouncer.ini")]);

    /// <param name="mode">session or transaction.</param>
    /// <param name="settings">More lines of its configuration.</param>
    public static async Task<PgBouncerServer> Start(PostgresServer postgres, string mode, params string[] settings)
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException("These tests need a real PgBouncer: apt-get install pgbouncer");
        }

        var server = new PgBouncerServer();
        await File.WriteAllLinesAsync(Path.Combine(server.Folder, "pgbouncer.ini"),
        [
            "[databases]", $"* = host=127.0.0.1 port={postgres.Port} user=messenger", "[pgbouncer]", "listen_addr = 127.0.0.1", $"listen_port = {server.Port}", "unix_socket_dir =",
            "auth_type = any", $"pool_mode = {mode}", "default_pool_size = 20", "max_client_conn = 200", .. settings,
        ]);
        await server.Launch();
        return server;
    }

    protected override async Task<bool> Ready()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
