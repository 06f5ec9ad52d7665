using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Messenger.EndToEnd.Tests.Harness;
using Messenger.EndToEnd.Tests.Host;
using Messenger.EndToEnd.Tests.Load;
using Messenger.EndToEnd.Tests.Phones;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>Processes of a cluster speak mutual TLS: real processes, real certificates, and a chain with an authority between.</summary>
[Trait("Category", "Cluster")]
public sealed class SiloTlsTests : IAsyncLifetime
{
    private const string Name = "silo.chat.example";

    private readonly Folder _files = new();
    private readonly TestAuthority _authority = new("ours");
    private readonly List<ServerProcess> _members = [];
    private readonly string _cluster = $"tls-{Guid.NewGuid():N}";
    private PostgresServer _postgres = null!;
    private RedisServer _redis = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        (_postgres, _redis) = (await PostgresServer.Start(), await RedisServer.Start());
        _database = _postgres.CreateDatabase();
        await ServerProcess.RunAsync(ServerSettings.InCluster("all", _database, _redis.ConnectionString, _cluster), "migrate");
    }

    public async Task DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task A_peer_without_TLS_or_of_another_authority_or_name_is_refused()
    {
        using var stranger = new TestAuthority("theirs");
        var (worker, gateway) = (await Join("worker", Tls("ours", _authority)), await Join("gateway", Tls("ours", _authority)));
        await Talk(gateway.Settings);
        Assert.Contains("CN=ours between", (await Shown(worker))!.Issuer, StringComparison.Ordinal);

        // They know Redis, the database and the secret, and each comes as far as a connection.
        await Refused([], "speaks no TLS");
        await Refused(Tls("theirs", stranger), "was refused (PartialChain)");
        await Refused(Tls("named", _authority, "other.example"), "was refused (OtherName)");
        await Talk(gateway.Settings);

        async Task Refused((string, string)[] settings, string because)
        {
            await using var newcomer = ServerProcess.Launch(Settings("worker", settings), mayLogStackTraces: true);
            await Deadlines.Until(
                () => Task.FromResult(worker.Log.Lines.Concat(gateway.Log.Lines).Any(line => line.Contains(because, StringComparison.Ordinal))), Deadlines.Start,
                () => $"nobody refused it:\n{newcomer.Log.Tail}\n---\n{worker.Log.Tail}");
            Assert.False(await newcomer.IsReady());
            newcomer.Kill9();
        }
    }

    /// <summary>It would wait for peers that refuse it.</summary>
    [Fact]
    public async Task A_certificate_that_no_peer_takes_stops_the_start()
    {
        var sentence = (await Run.ToEnd(
            _files.Path,
            [.. Tls("old", _authority, expired: true).Select(one => $"--{one.Item1.Replace("__", ":", StringComparison.Ordinal)}={one.Item2}"), $"--ConnectionStrings:Postgres={_database}", $"--ConnectionStrings:Redis={_redis.ConnectionString}", "--Silo:Address=127.0.0.1", "--Silo:Port=0"])).Sentence;
        Assert.Contains("would not take it (NotTimeValid)", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_and_their_authority_are_renewed_without_a_restart()
    {
        using var next = new TestAuthority("next");
        var settings = Tls("ours", _authority);
        var (worker, gateway) = (await Join("worker", settings), await Join("gateway", settings));

        // Both are trusted, then the new certificate is shown, then the old authority goes.
        var renewed = next.Sign(Name);
        Mount("ours", renewed, $"{_authority.Pem}\n{next.Pem}");
        await Deadlines.Until(
            async () => (await Shown(worker))?.Issuer == "CN=next between" && (await Shown(gateway))?.Issuer == "CN=next between", Deadlines.Start,
            () => "the renewed certificate is not shown");
        Mount("ours", renewed, next.Pem);
        await Join("worker", settings);
        await Talk(gateway.Settings);
        Assert.True(worker.IsRunning && gateway.IsRunning);
    }

    [Fact]
    public async Task TLS_is_switched_on_by_one_roll_that_prefers_it()
    {
        const int People = 10;
        const int Calm = 20;
        List<ServerProcess> gateways = [];
        var turn = 0;
        await Replace([]);
        await using var crowd = await Crowd.Gather(People, People, AnyGateway);
        crowd.Start(TimeSpan.FromMilliseconds(200));
        await crowd.Progress(Calm);
        await Replace([.. Tls("ours", _authority), ("Silo__Tls__Mode", "prefer")]);
        await crowd.Progress(Calm);
        Assert.NotNull(await Shown(_members[^1]));
        await Replace(Tls("ours", _authority));
        await crowd.Progress(Calm);
        await crowd.Prove();

        Uri AnyGateway() => gateways[(Interlocked.Increment(ref turn) & int.MaxValue) % gateways.Count].Settings.WebSocket;

        // As an orchestrator does: the new one is in before the old one goes, so that there are always both kinds beside each other.
        async Task Replace((string, string)[] settings)
        {
            var before = _members.Where(member => member.IsRunning).ToList();
            foreach (var role in (string[])["worker", "gateway"])
            {
                var member = await Join(role, settings);
                if (role == "gateway")
                {
                    gateways = [member];
                }
            }

            foreach (var member in before)
            {
                await member.Terminate();
            }
        }
    }

    private static async Task Talk(ServerSettings gateway)
    {
        await using var alice = await Phone.Join(gateway);
        await using var bob = await Phone.Join(gateway);
        var group = await alice.Group(bob);
        await alice.Say(group);
    }

    private async Task<ServerProcess> Join(string role, (string, string)[] settings)
    {
        var member = await ServerProcess.StartAsync(Settings(role, settings), mayLogStackTraces: true);
        _members.Add(member);
        return member;
    }

    private ServerSettings Settings(string role, (string, string)[] settings) => ServerSettings.InCluster(
        role, _database, _redis.ConnectionString, _cluster, [.. settings, ("Silo__Port", Ports.Free(1)[0].ToString(CultureInfo.InvariantCulture))]);

    /// <summary>Files of their own under this name, and the keys that name them.</summary>
    private (string, string)[] Tls(string files, TestAuthority authority, string name = Name, bool expired = false)
    {
        Mount(files, authority.Sign(name, expired), authority.Pem);
        return [("Silo__Tls__Certificate", Pem(files, "certificate")), ("Silo__Tls__Key", Pem(files, "key")), ("Silo__Tls__Authority", Pem(files, "authority")), ("Silo__Tls__Name", name)];
    }

    /// <summary>As Kubernetes mounts a Secret and renews it: files are links through a folder, which is a link that is exchanged.</summary>
    private void Mount(string files, (string Certificate, string Key) signed, string authority)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_files.Path, files)).FullName;
        var version = Directory.CreateDirectory(Path.Combine(folder, $"..{Guid.NewGuid():N}")).FullName;
        foreach (var (name, text) in new[] { ("certificate", signed.Certificate), ("key", signed.Key), ("authority", authority) })
        {
            File.WriteAllText(Path.Combine(version, $"{name}.pem"), text);
            if (new FileInfo(Pem(files, name)).LinkTarget is null)
            {
                File.CreateSymbolicLink(Pem(files, name), $"..data/{name}.pem");
            }
        }

        // Kubernetes exchanges the link at once; a look in between finds nothing and keeps what was there.
        File.Delete(Path.Combine(folder, "..data"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), Path.GetFileName(version));
    }

    private string Pem(string files, string name) => Path.Combine(_files.Path, files, $"{name}.pem");

    /// <summary>The certificate that a member's silo port shows; null where it shows none.</summary>
    private static async Task<X509Certificate2?> Shown(ServerProcess member)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, int.Parse(member.Settings.Environment["Silo__Port"], CultureInfo.InvariantCulture));
        X509Certificate2? shown = null;
#pragma warning disable CA5359 // It is looked at, not trusted.
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
        {
            shown = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
            return true;
        });
#pragma warning restore CA5359
        try
        {
            await tls.AuthenticateAsClientAsync("");
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException)
        {
            // It asks for a certificate, which is not given here.
        }

        return shown;
    }
}
