using Messenger.Host.Admin;
using Messenger.Host.Configuration;

namespace Messenger.Host.Explorer;

/// <summary>
/// The operator's console (src/Messenger.Web/console) on the operator's port: pages that hold nothing, and ask the interface with a token that is
/// typed in. What it is drawn with is the messenger's own (tokens, controls, elements): the same files, under another path.
/// </summary>
internal static class ConsoleEndpoints
{
    private const string Path = AdminListener.ConsolePath;

    /// <summary>Its own scripts, styles and pictures, and this port's interface: nothing from outside, nothing inline, no frame.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>One copy of each: the messenger in the browser is served them too, where it is switched on.</summary>
    private static readonly string[] Shared = ["tokens.css", "controls.css", "dom.js", "format.js", "i18n.js", "theme.js", "icon.svg"];

    /// <summary>Without a token, as a browser asks for a page: there is nothing in it to know. Each of its calls is in the audit log.</summary>
    public static void MapConsole(this WebApplication app, AdminSettings admin)
    {
        if (admin.Port is not { } port)
        {
            return;
        }

        // As they lie beside each other in the sources: '../dom.js' of a module in app/ is the shared one.
        var files = Embedded.Under("console/").ToDictionary(
            file => file.Name == "console/index.html" ? Path : $"{Path}/app/{FileName(file)}", StringComparer.Ordinal);
        foreach (var file in Shared.SelectMany(name => Embedded.Under($"web/{name}")))
        {
            files.Add($"{Path}/{FileName(file)}", file);
        }

        app.MapWhen(
            context => context.Connection.LocalPort == port && context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal),
            branch => branch.Run(context => Serve(context, files)));
    }

    private static Task Serve(HttpContext context, Dictionary<string, Embedded> files)
    {
        var path = context.Request.Path.Value!;
        if (!files.TryGetValue(path == $"{Path}/" ? Path : path, out var file))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";

        // Asked for each time, sent when it changed: the tag is the content's hash.
        headers.CacheControl = "no-cache";
        return Results.Bytes(file.Bytes, file.ContentType, entityTag: file.Tag).ExecuteAsync(context);
    }

    private static string FileName(Embedded file) => file.Name[(file.Name.LastIndexOf('/') + 1)..];
}
