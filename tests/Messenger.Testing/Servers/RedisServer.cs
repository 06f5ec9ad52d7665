using System.Net.Sockets;
using System.Text;

namespace Messenger.Testing.Servers;

/// <summary>Debian's Redis, keeping the cluster's membership over a restart as docs/operations.md asks.</summary>
public sealed class RedisServer : Server
{
    private const string Program = "/usr/bin/redis-server";

    private readonly string[] _addresses;

    private RedisServer(string? address)
        : base("redis") => _addresses = address is null ? ["127.0.0.1"] : ["127.0.0.1", address];

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    protected override (string Program, string[] Arguments) Command =>
        (Program, ["--port", $"{Port}", "--bind", .. _addresses, "--protected-mode", "no", "--dir", Folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always"]);

    /// <param name="address">Listens there too.</param>
    public static async Task<RedisServer> Start(string? address = null)
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException("These tests need a real Redis: apt-get install redis-server");
        }

        var server = new RedisServer(address);
        await server.Launch();
        return server;
    }

    /// <summary>Asks one command in words, and returns the line that it is answered with.</summary>
    public async Task<string> Ask(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        using var answer = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await answer.ReadLineAsync() ?? throw new IOException("Redis hung up");
    }

    protected override async Task<bool> Ready()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[7];
            await client.GetStream().ReadExactlyAsync(answer);
            return Encoding.ASCII.GetString(answer) == "+PONG\r\n";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
