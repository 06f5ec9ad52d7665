using Messenger.Contracts.Placement;
using Messenger.Host.Configuration;

namespace Messenger.Host.Explorer;

/// <summary>What client developers are given: the specification, always; the explorer, where it is switched on.</summary>
internal static class DeveloperEndpoints
{
    /// <summary>
    /// The page may run its own scripts and styles and talk to this server ('self' covers its WebSocket), and nothing else: nothing from outside, nothing inline,
    /// no frames, no forms that leave.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Documents = ["asyncapi.yaml", "asyncapi.json", "openapi.yaml"];

    /// <summary>Nothing on a worker, which serves its health alone.</summary>
    public static void MapForDevelopers(this WebApplication app, Settings settings)
    {
        if (settings.Silo.Role == SiloRoles.Worker)
        {
            return;
        }

        var pages = app.MapGroup("").DisableHttpMetrics();
        foreach (var document in Documents.SelectMany(Embedded.Under))
        {
            pages.MapGet($"/{document.Name}", context => Send(context, document));
        }

        if (settings.Explorer)
        {
            MapExplorer(pages, settings);
        }
    }

    private static void MapExplorer(RouteGroupBuilder pages, Settings settings)
    {
        foreach (var file in Embedded.Under("explorer/"))
        {
            pages.MapGet(file.Name == "explorer/index.html" ? "/explorer" : $"/{file.Name}", context => Send(context, file));
        }

        // In Development a code is no secret: the start prints it too. Elsewhere there is none, and the page asks its reader.
        var setup = new { version = settings.Server.Version, fixedCode = settings.Registration.FixedCode };
        pages.MapGet("/explorer/setup.json", context =>
        {
            Harden(context.Response);
            return context.Response.WriteAsJsonAsync(setup, context.RequestAborted);
        });
    }

    private static Task Send(HttpContext context, Embedded file)
    {
        Harden(context.Response);
        return Results.Bytes(file.Bytes, file.ContentType, entityTag: file.Tag).ExecuteAsync(context);
    }

    private static void Harden(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";

        // Asked for each time, sent when it changed: the tag is the content's hash.
        response.Headers.CacheControl = "no-cache";
    }
}
