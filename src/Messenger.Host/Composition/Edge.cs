using Messenger.Gateway.Hosting;
using Messenger.Host.Configuration;
using Microsoft.AspNetCore.HttpOverrides;

namespace Messenger.Host.Composition;

/// <summary>What everybody who can reach the port meets first.</summary>
internal static class Edge
{
    /// <summary>A browser or phone sends its headers in one packet or few; who takes longer holds a connection and nothing else.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A handshake has two round trips.</summary>
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Between two requests of one HTTP connection. A WebSocket has the gateway's own pings.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Our own clients send a dozen, proxies add a few.</summary>
    private const int MaxHeaders = 64;

    private const int MaxHeaderBytes = 16 * 1024;

    /// <summary>A path and a query with an upload's encrypted file names.</summary>
    private const int MaxLineBytes = 8 * 1024;

    /// <summary>
    /// Bytes of a connection that have come and that nobody has read yet; past that the sender waits. A quarter of the framework's: while a store is
    /// slow every upload fills it. The kernel's own buffers keep a fast line busy.
    /// </summary>
    private const int UnreadBytes = 256 * 1024;

    /// <summary>One year: browsers do not come back by http meanwhile.</summary>
    private const string Hsts = "max-age=31536000";

    public static void AddEdge(this WebApplicationBuilder builder, EdgeSettings edge)
    {
        var certificate = edge.Tls is { } tls ? new CertificateFiles(tls, ConfigKeys.TlsCertificate, ConfigKeys.TlsKey, TimeProvider.System) : null;
        if (certificate is not null)
        {
            builder.Services.AddSingleton(new ShownCertificate("https", certificate));
        }

        builder.WebHost.UseSockets(sockets =>
        {
            sockets.MaxReadBufferSize = UnreadBytes;

            // A step less each way: nothing of ours blocks, and what a socket's event leads to goes on at once on the thread that brought it.
            sockets.UnsafePreferInlineScheduling = true;
        });
        builder.Services.AddConnectionGuard();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBufferSize = UnreadBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.KeepAliveTimeout = IdleTimeout;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestLineSize = MaxLineBytes;
            kestrel.ConfigureHttpsDefaults(https =>
            {
                https.HandshakeTimeout = HandshakeTimeout;
                if (certificate is not null)
                {
                    // The framework asks for one; what is shown is the whole chain, without which phones do not find to an authority that they know.
                    https.ServerCertificateSelector = (_, _) => certificate.Current.TargetCertificate;
                    https.OnAuthenticate = (_, ssl) =>
                    {
                        ssl.ServerCertificateSelectionCallback = null;
                        ssl.ServerCertificateContext = certificate.Current;
                    };
                }
            });
        });
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            // As many proxies in a row as are known; the first address that is not one of them is the client's.
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in edge.TrustedProxies)
            {
                options.KnownIPNetworks.Add(network);
            }
        });
    }

    public static void UseEdge(this WebApplication app, EdgeSettings edge)
    {
        app.UseConnectionGuard();

        // With no network known the middleware would believe everybody.
        if (edge.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        app.Use((context, next) =>
        {
            // An endpoint that serves pages sets its own. Nothing here is meant to be framed, sniffed or to load anything.
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            headers["Referrer-Policy"] = "no-referrer";
            if (context.Request.IsHttps)
            {
                headers.StrictTransportSecurity = Hsts;
            }

            return next(context);
        });
    }
}
