using Messenger.Contracts.Placement;
using Messenger.Host.Configuration;

namespace Messenger.Host.Explorer;

/// <summary>The messenger in the browser (src/Messenger.Web) and the library that it stands on (src/clients/javascript), where they are switched on.</summary>
internal static class WebEndpoints
{
    /// <summary>
    /// Own scripts, styles and pictures, and this server: nothing from outside, nothing inline. Pictures are decrypted on the page, so blobs of its own are shown;
    /// frames are those of /demo, which are this page.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; " +
        "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    /// <summary>The page at <c>/</c>; null where it is switched off, or this is a worker.</summary>
    public static Func<HttpContext, Task>? Page(Settings settings)
    {
        if (!IsServed(settings))
        {
            return null;
        }

        var page = Embedded.Under("web/index.html").Single();
        return context => Send(context, page);
    }

    public static void MapWeb(this WebApplication app, Settings settings)
    {
        if (!IsServed(settings))
        {
            return;
        }

        var pages = app.MapGroup("").DisableHttpMetrics();
        foreach (var file in Embedded.Under("web/"))
        {
            var path = file.Name switch { "web/index.html" => null, "web/demo.html" => "/demo", "web/design.html" => "/design", var name => $"/{name}" };
            if (path is not null)
            {
                pages.MapGet(path, context => Send(context, file));
            }
        }

        // What a new device's QR code opens on the device that reads it; the code itself stays behind the # and is not sent here.
        var page = Embedded.Under("web/index.html").Single();
        pages.MapGet("/link", context => Send(context, page));

        // In Development a code is no secret: the start prints it too. Elsewhere there is none.
        var setup = new { version = settings.Server.Version, fixedCode = settings.Registration.FixedCode };
        pages.MapGet("/web/setup.json", context =>
        {
            Harden(context.Response);
            return context.Response.WriteAsJsonAsync(setup, context.RequestAborted);
        });
    }

    private static bool IsServed(Settings settings) => settings.Web && settings.Silo.Role != SiloRoles.Worker;

    private static Task Send(HttpContext context, Embedded file)
    {
        Harden(context.Response);
        if (file.Name == "web/sw.js")
        {
            // It stands beside the other files and works for the page at the root.
            context.Response.Headers["Service-Worker-Allowed"] = "/";
        }

        return Results.Bytes(file.Bytes, file.ContentType, entityTag: file.Tag).ExecuteAsync(context);
    }

    private static void Harden(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        // The two phones of /demo are frames of this page.
        response.Headers.XFrameOptions = "SAMEORIGIN";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";

        // Asked for each time, sent when it changed: the tag is the content's hash.
        response.Headers.CacheControl = "no-cache";
    }
}
