using System.Net;
using System.Text;
using Messenger.Host.Configuration;
using Orleans.Dashboard;

namespace Messenger.Host.Admin;

/// <summary>Orleans' dashboard on the operator's port, for whoever has a token: which grains live where, how busy they are, how long they take.</summary>
internal static class SiloDashboard
{
    public const string Path = "/dashboard";

    /// <summary>What would show a user's data (the state of a grain) or the log as it is written.</summary>
    private static readonly PathString[] Hidden = ["/GrainState", "/Trace", "/Reminders"];

    /// <summary>Every silo gathers its own figures: those of the whole cluster are shown on any of them.</summary>
    public static void AddDashboardOf(this ISiloBuilder silo, int? port)
    {
        if (port is not null)
        {
            silo.AddDashboard(options => options.HideTrace = true);
        }
    }

    public static void MapDashboard(this WebApplication app, int port) => app.MapWhen(
        context => context.Connection.LocalPort == port && context.Request.Path.StartsWithSegments(Path),
        branch =>
        {
            branch.Use(Admit);
            branch.UseRouting();
            branch.UseEndpoints(endpoints => endpoints.MapOrleansDashboard(Path));
        });

    /// <summary>By a browser's own dialogue: any name, and a token of Admin:Tokens as the password.</summary>
    private static async Task Admit(HttpContext http, RequestDelegate next)
    {
        var guard = http.RequestServices.GetRequiredService<TokenGuard>();
        if (Password(http.Request.Headers.Authorization.ToString()) is not { } password)
        {
            Ask(http);
            return;
        }

        var (token, why) = await guard.Check(http.Connection.RemoteIpAddress, password, http.RequestAborted);
        if (why == TokenGuard.TooMany)
        {
            http.Response.StatusCode = (int)HttpStatusCode.TooManyRequests;
            return;
        }

        if (token is null)
        {
            Ask(http);
            return;
        }

        http.Request.Path.StartsWithSegments(Path, out var rest);
        if (Hidden.Any(hidden => rest.StartsWithSegments(hidden, StringComparison.OrdinalIgnoreCase)))
        {
            http.Response.StatusCode = (int)HttpStatusCode.NotFound;
            return;
        }

        await next(http);
    }

    private static void Ask(HttpContext http)
    {
        http.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"Messenger: any name, and a token of Admin:Tokens\"";
    }

    /// <summary>Null where none was given: a browser's first request never has one.</summary>
    private static string? Password(string authorization)
    {
        const string scheme = "Basic ";
        Span<byte> bytes = stackalloc byte[512];
        if (!authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(authorization[scheme.Length..].Trim(), bytes, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes[..length]);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
