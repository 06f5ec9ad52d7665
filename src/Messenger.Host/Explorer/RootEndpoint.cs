using System.Net;
using System.Security.Cryptography;
using System.Text;
using Messenger.Contracts.Placement;
using Messenger.Host.Configuration;

namespace Messenger.Host.Explorer;

/// <summary>
/// <c>/</c>: what this server is and where a visitor goes from here, as a page for a browser and as JSON for everybody else. The address that the start
/// prints is opened by people, and asked by load balancers that know no other path. It asks no store and tells nothing that the other endpoints do not.
/// </summary>
internal static class RootEndpoint
{
    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}code{background:#8882;padding:0 .25em}:root{color-scheme:light dark}";

    /// <summary>The page's own style by its digest, and nothing else: no script, no image, no form.</summary>
    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>A route of its own. Where the messenger in the browser is switched on, a browser gets that; everybody else the same JSON.</summary>
    public static void MapRoot(this WebApplication app, Settings settings)
    {
        var links = Links(settings).ToList();
        var json = new { service = "messenger", version = settings.Server.Version, role = settings.Silo.Role, links = links.ToDictionary(link => link.Name, link => link.Path) };
        var page = Page(settings, links);
        var messenger = WebEndpoints.Page(settings);
        app.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], context =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            context.Response.Headers.Vary = "Accept";
            if (!context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
            {
                return context.Response.WriteAsJsonAsync(json, context.RequestAborted);
            }

            if (messenger is not null)
            {
                return messenger(context);
            }

            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync(page, context.RequestAborted);
        });
    }

    /// <summary>What this process serves. A worker serves its health alone; its clients are the gateways.</summary>
    private static IEnumerable<Link> Links(Settings settings)
    {
        yield return new("ready", "/health/ready", "whether it takes requests");
        yield return new("live", "/health/live", "whether it is to be restarted");
        if (settings.Silo.Role == SiloRoles.Worker)
        {
            yield break;
        }

        yield return new("asyncapi", "/asyncapi.yaml", "the protocol over the WebSocket");
        yield return new("openapi", "/openapi.yaml", "the protocol over HTTP: files and avatars");
        if (settings.Explorer)
        {
            yield return new("explorer", "/explorer", "every request, tried in the browser");
        }
    }

    private static string Page(Settings settings, List<Link> links)
    {
        var what = settings.Silo.Role == SiloRoles.Worker
            ? "This process is a worker: it serves no clients. Connect to a gateway."
            : "Clients connect to the WebSocket at <code>/ws</code>, subprotocol <code>messenger.v1</code>.";
        var list = string.Concat(links.Select(link => $"<li><a href=\"{link.Path}\">{link.Path}</a>: {link.What}</li>"));
        return $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Messenger</title><style>{Style}</style></head>
            <body>
            <h1>Messenger {WebUtility.HtmlEncode(settings.Server.Version)}</h1>
            <p>A backend for end-to-end encrypted messengers. {what}</p>
            <ul>{list}</ul>
            </body>
            </html>
            """;
    }

    private sealed record Link(string Name, string Path, string What);
}
