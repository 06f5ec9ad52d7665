using System.Globalization;
using System.Net.Sockets;

namespace Messenger.Testing.Servers;

/// <summary>Debian's coturn on loopback, and its own client.</summary>
public sealed class TurnServer : Server
{
    private const string Program = "/usr/bin/turnserver";

    private readonly string[] _secrets;

    private TurnServer(string[] secrets)
        : base("turn") => _secrets = secrets;

    /// <summary>As clients are told it.</summary>
    public string Uri => string.Create(CultureInfo.InvariantCulture, $"turn:127.0.0.1:{Port}?transport=udp");

    protected override (string Program, string[] Arguments) Command =>
    (Program,
    [
        "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", $"--listening-port={Port}", "--realm=messenger.test", "--use-auth-secret", .. _secrets.Select(secret => $"--static-auth-secret={secret}"),
        "--allow-loopback-peers", "--no-tls", "--no-dtls", "--no-cli", $"--userdb={Folder}/turndb", $"--pidfile={Folder}/pid", "--log-file=stdout", "--simple-log",
    ]);

    /// <summary>It has nothing to keep, and now and then does not end for a minute after SIGINT.</summary>
    protected override int StopSignal => SigKill;

    public static async Task<TurnServer> Start(params string[] secrets)
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException("These tests need a real coturn: apt-get install coturn");
        }

        var server = new TurnServer(secrets);
        await server.Launch();
        return server;
    }

    /// <summary>Whether coturn's own client, with these credentials, gets data through a relayed address.</summary>
    public bool Relays(string username, string credential) => Exit(
        "/usr/bin/turnutils_uclient", "-y", "-n", "2", "-m", "1", "-c", "-u", username, "-w", credential, "-p", Port.ToString(CultureInfo.InvariantCulture), "127.0.0.1") == 0;

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
