using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Messenger.Bench.Load;
using Messenger.Testing.Servers;
using Npgsql;

namespace Messenger.Bench.Targets;

/// <summary>An XMPP server of others, with its archive in PostgreSQL, as the script <c>peers</c> sets it up.</summary>
internal sealed class PeerTarget(string name, int port, ServerProcess server, PostgresServer store, DirectoryInfo folder) : ITarget
{
    private const string Domain = "bench";
    private const string Password = "secret";

    /// <summary>Made before the first measurement: more than a run takes.</summary>
    private const int Accounts = 50_000;

    /// <summary>Logins under way at once.</summary>
    private const int MaxConcurrency = 32;

    /// <summary>The slower of them takes seconds to start.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static readonly byte[] PingFrame = Encoding.UTF8.GetBytes(
        $"<iq xmlns='jabber:client' type='get' id='p' to='{Domain}'><ping xmlns='urn:xmpp:ping'/></iq>");

    /// <summary>As large as the messages of the other targets.</summary>
    private static readonly string Body = Convert.ToBase64String(new byte[96]);

    private int _account;
    private int _rooms;

    public string Name { get; } = name;

    public PostgresServer? Store { get; } = store;

    public IReadOnlyList<int> Processes { get; } = [server.Id, store.ProcessId];

    public static async Task<PeerTarget> Start(string name, PostgresServer store, CancellationToken cancellation)
    {
        var port = Ports.Free();
        var folder = Directory.CreateTempSubdirectory("messenger-bench-peer-");
        var postgres = new NpgsqlConnectionStringBuilder(store.ConnectionString());
        var environment = new Dictionary<string, string>
        {
            ["PEERS_DATA"] = folder.FullName,
            ["PEERS_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["PGHOST"] = postgres.Host!,
            ["PGPORT"] = postgres.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = postgres.Username!,
            ["PGDATABASE"] = postgres.Database!,
        };
        var script = Path.Combine(AppContext.BaseDirectory, "peers");
        var server = ServerProcess.Start("bash", [script, "start", name], environment);
        var target = new PeerTarget(name, port, server, store, folder);
        try
        {
            await server.Listening(port, cancellation);
            await ServerProcess.Run("bash", [script, "accounts", name, $"{Accounts}"], environment, cancellation);
            await target.Ready(cancellation);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    public async Task<Party[]> Group(int people, CancellationToken cancellation)
    {
        // Two people talk to one another; more meet in a room.
        var room = people == 2 ? null : $"room{Interlocked.Increment(ref _rooms)}@conference.{Domain}";
        var parties = new Party[people];
        using var concurrency = new SemaphoreSlim(MaxConcurrency);
        var members = await Task.WhenAll(Enumerable.Range(0, people).Select(async _ =>
        {
            await concurrency.WaitAsync(cancellation);
            try
            {
                var user = NextUser();
                return (User: user, Xmpp: await LogIn(user, 0, cancellation));
            }
            finally
            {
                concurrency.Release();
            }
        }));
        for (var i = 0; i < people; i++)
        {
            var (user, xmpp) = members[i];
            if (room is not null)
            {
                await xmpp.Enter(room, user, cancellation);
            }

            var stanza = Message(room ?? $"{members[1 - i].User}@{Domain}", room is null ? "chat" : "groupchat");
            parties[i] = new Party(
                xmpp.Connection, handler => xmpp.OnFrame = handler, uuid => xmpp.Message(stanza(uuid), uuid, room is not null), PingFrame,
                XmppConnection.Acknowledged, XmppConnection.IdAfter);
        }

        return parties;
    }

    public async Task<LoadConnection> Idle(int number, CancellationToken cancellation) => (await LogIn(NextUser(), number, cancellation)).Connection;

    public Task<Func<Task<LoadConnection>>> Known(int number, CancellationToken cancellation) =>
        Task.FromResult<Func<Task<LoadConnection>>>(() => Idle(number, cancellation));

    public Task<FileLane> Files(CancellationToken cancellation) => throw new NotSupportedException("the peers are not asked to store files");

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static Func<Guid, byte[]> Message(string to, string type)
    {
        var placeholder = Guid.Empty.ToString();
        var template = Encoding.UTF8.GetBytes($"<message xmlns='jabber:client' to='{to}' type='{type}' id='{placeholder}'><body>{Body}</body></message>");
        var at = template.AsSpan().IndexOf(Encoding.UTF8.GetBytes(placeholder));
        return uuid =>
        {
            var stanza = template.AsSpan().ToArray();
            uuid.TryFormat(stanza.AsSpan(at), out _);
            return stanza;
        };
    }

    private string NextUser() => string.Create(CultureInfo.InvariantCulture, $"u{Interlocked.Increment(ref _account)}");

    private Task<XmppConnection> LogIn(string user, int number, CancellationToken cancellation) => XmppConnection.LogIn(
        new IPEndPoint(IPAddress.Loopback, port), Name == "ejabberd" ? "/ws" : "/xmpp-websocket", Domain, user, Password, Sources.Of(number), cancellation);

    /// <summary>It listens before it serves: ready is who lets somebody in.</summary>
    private async Task Ready(CancellationToken cancellation)
    {
        for (var since = Stopwatch.StartNew(); ;)
        {
            try
            {
                await using var first = await LogIn(NextUser(), 0, cancellation);
                return;
            }
            catch (Exception early) when (early is IOException or InvalidOperationException or System.Net.Sockets.SocketException && since.Elapsed < Timeout)
            {
                await Task.Delay(200, cancellation);
            }
        }
    }
}
