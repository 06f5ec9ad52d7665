using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Messenger.Host.Configuration;
using Messenger.Host.Logging;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace Messenger.Host.Composition;

/// <summary>
/// Mutual TLS between the processes of a cluster. Both sides show a certificate, and both check the other's against the cluster's authority: names are no
/// part of it, since processes dial addresses.
/// </summary>
internal sealed class SiloTls
{
    /// <summary>Handshakes have two round trips; a machine that is that slow is a dead peer by the membership's own bound.</summary>
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A TLS connection begins with the kind of record and the version, 3.1 to 3.4. One without begins with the length of Orleans' preamble, the lowest byte
    /// first: with these three it would be above 65 536, and 1 024 are allowed.
    /// </summary>
    private const int RecordStart = 3;

    private const byte HandshakeRecord = 0x16;

    private const byte TlsMajor = 3;

    private readonly CertificateFiles _own;
    private readonly PeerTrust _trust;
    private readonly bool _required;
    private ILogger? _logger;

    /// <exception cref="StartRefusedException">The files cannot be read, or peers of this authority would not take this certificate.</exception>
    public SiloTls(SiloTlsSettings settings, TimeProvider timeProvider)
    {
        _own = new CertificateFiles(settings.Own, TransportKeys.Certificate, TransportKeys.PrivateKey, timeProvider);
        _trust = new PeerTrust(settings.Authority, settings.Name, timeProvider);
        _required = settings.Required;
        if (_trust.Fault(_own.Current.TargetCertificate, [.. _own.Current.IntermediateCertificates]) is { } fault)
        {
            throw TransportKeys.Certificate.Refuse($"peers that ask {TransportKeys.Authority.Name}{(settings.Name is null ? "" : $" and {TransportKeys.Name.Name}")} would not take it ({fault})", settings.Own.Certificate);
        }
    }

    public void Apply(ISiloBuilder silo) => silo.Services.AddSingleton(new ShownCertificate("cluster", _own)).AddOptions<SiloConnectionOptions>().Configure<ILoggerFactory>((options, loggers) =>
    {
        _logger = loggers.CreateLogger<SiloTls>();
        options.ConfigureSiloInboundConnection(Inbound);
        options.ConfigureSiloOutboundConnection(Outbound);
    });

    private void Inbound(IConnectionBuilder connections) => connections.Use(next =>
    {
        var secured = Branch(connections, branch => branch.UseServerTls(Options()), next);
        return async context =>
        {
            if (await SpeaksTls(context))
            {
                await secured(context);
            }
            else if (!_required)
            {
                await next(context);
            }
            else
            {
                Log.PlainPeer(_logger!, Address(context.RemoteEndPoint));
                context.Abort();
            }
        };
    });

    private void Outbound(IConnectionBuilder connections) => connections.Use(next =>
    {
        var secured = Branch(connections, branch => branch.UseClientTls(Options()), next);
        return async context => await (_required || await TakesTls(context.RemoteEndPoint) ? secured(context) : next(context));
    });

    private static ConnectionDelegate Branch(IConnectionBuilder connections, Action<IConnectionBuilder> tls, ConnectionDelegate next)
    {
        var branch = new ConnectionBuilder(connections.ApplicationServices);
        tls(branch);
        branch.Run(context => next(context));
        return branch.Build();
    }

    private TlsOptions Options() => new()
    {
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        RemoteCertificateValidation = (certificate, chain, _) => IsPeer(certificate, chain),
        HandshakeTimeout = HandshakeTimeout,

        // Asked for by the package; what is shown is set below, with its chain.
        LocalServerCertificateSelector = (_, _) => _own.Current.TargetCertificate,
        OnAuthenticateAsServer = (_, options) =>
        {
            var ssl = (SslServerAuthenticationOptions)options.SslServerAuthenticationOptions;
            ssl.ServerCertificateSelectionCallback = null;
            ssl.ServerCertificateContext = _own.Current;
        },
        OnAuthenticateAsClient = (_, options) =>
        {
            var ssl = (SslClientAuthenticationOptions)options.SslClientAuthenticationOptions;
            ssl.LocalCertificateSelectionCallback = null;
            ssl.ClientCertificateContext = _own.Current;
        },
    };

    private bool IsPeer(X509Certificate2 certificate, X509Chain? chain)
    {
        var fault = _trust.Fault(certificate, chain?.ChainPolicy.ExtraStore ?? []);
        if (fault is not null)
        {
            Log.ForeignPeer(_logger!, fault);
        }

        return fault is null;
    }

    /// <summary>Looks at the first bytes and leaves them where they are. A connection that does not send them in time is closed.</summary>
    private static async Task<bool> SpeaksTls(ConnectionContext context)
    {
        using var limit = new CancellationTokenSource(HandshakeTimeout);
        await using var abort = limit.Token.UnsafeRegister(state => ((ConnectionContext)state!).Abort(), context);
        var input = context.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync();
            if (read.Buffer.Length >= RecordStart || read.IsCompleted || read.IsCanceled)
            {
                var handshake = read.Buffer.Length >= RecordStart && IsHandshake(read.Buffer);
                input.AdvanceTo(read.Buffer.Start);
                return handshake;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool IsHandshake(ReadOnlySequence<byte> sent)
    {
        Span<byte> first = stackalloc byte[RecordStart];
        sent.Slice(0, RecordStart).CopyTo(first);
        return first is [HandshakeRecord, TlsMajor, > 0];
    }

    /// <summary>
    /// Asks on a connection of its own whether that process speaks TLS, while both kinds are in the cluster: a process of before the roll ends it at once.
    /// One that shows a certificate speaks TLS whatever becomes of it: a foreign one is refused and not spoken to in clear.
    /// </summary>
    private async Task<bool> TakesTls(EndPoint? remote)
    {
        var showed = false;
        using var limit = new CancellationTokenSource(HandshakeTimeout);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(remote!, limit.Token);
            await using var tls = new SslStream(new NetworkStream(socket));
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "",
                    ClientCertificateContext = _own.Current,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                    {
                        showed = true;
                        return certificate is X509Certificate2 one && IsPeer(one, chain);
                    },
                },
                limit.Token);
            return true;
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException or SocketException or OperationCanceledException)
        {
            return showed;
        }
    }

    private static string Address(EndPoint? remote) => (remote as IPEndPoint)?.Address.ToString() ?? "?";
}
