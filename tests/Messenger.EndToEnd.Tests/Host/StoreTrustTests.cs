using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Messenger.Testing.Servers;

namespace Messenger.EndToEnd.Tests.Host;

/// <summary>A store whose certificate nobody vouches for is called that: not a wrong password, and not a server that is away.</summary>
[Trait("Category", "Cluster")]
public sealed class StoreTrustTests : IAsyncLifetime
{
    private const string Password = "geheim";

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
    public async Task Redis_with_a_certificate_of_its_own()
    {
        await using var stranger = Stranger.Listen(asksFirst: false);
        var sentence = await Refused(_postgres.ConnectionString(), $"127.0.0.1:{stranger.Port},ssl=true,sslHost=localhost,password={Password}");
        Assert.Contains($"Redis at 127.0.0.1:{stranger.Port} has a certificate that this machine does not trust", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostgreSQL_with_a_certificate_of_its_own()
    {
        await using var stranger = Stranger.Listen(asksFirst: true);
        var sentence = await Refused(
            $"Host=localhost;Port={stranger.Port};Database=d;Username=u;Password={Password};SSL Mode=VerifyFull", _redis.ConnectionString);
        Assert.Contains($"PostgreSQL at localhost:{stranger.Port} has a certificate that this machine does not trust", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, sentence, StringComparison.Ordinal);
    }

    private async Task<string> Refused(string postgres, string redis) => (await Run.ToEnd(
        _folder.Path, $"--ConnectionStrings:Postgres={postgres}", $"--ConnectionStrings:Redis={redis}", "--Silo:Port=0", "--Silo:Address=127.0.0.1")).Sentence;

    /// <summary>A TLS server whose certificate is signed by itself; a client that trusts it would wait for its first answer.</summary>
    private sealed class Stranger : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly X509Certificate2 _certificate;
        private Task _serving = Task.CompletedTask;

        private Stranger()
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        /// <param name="asksFirst">As PostgreSQL's clients do, in clear, whether there is TLS.</param>
        public static Stranger Listen(bool asksFirst)
        {
            var stranger = new Stranger();
            stranger._listener.Start();
            stranger._serving = stranger.Serve(asksFirst);
            return stranger;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Dispose();
            _certificate.Dispose();
            _stop.Dispose();
        }

        private async Task Serve(bool asksFirst)
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                    if (asksFirst)
                    {
                        await client.GetStream().ReadExactlyAsync(new byte[8], _stop.Token);
                        await client.GetStream().WriteAsync("S"u8.ToArray(), _stop.Token);
                    }

                    await using var secure = new SslStream(client.GetStream());
                    await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                    while (await secure.ReadAsync(new byte[256], _stop.Token) > 0)
                    {
                    }
                }
                catch (Exception fault) when (fault is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
                {
                    // The client turned away, which is what the test wants, or the test is over.
                }
            }
        }
    }
}
