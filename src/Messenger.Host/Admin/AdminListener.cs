using Messenger.Host.Configuration;

namespace Messenger.Host.Admin;

/// <summary>The operator's port: its interface is served here and nowhere else.</summary>
internal static class AdminListener
{
    /// <summary>Where the console is.</summary>
    public const string ConsolePath = "/console";

    /// <summary>All that the port serves.</summary>
    private static readonly PathString[] Served = ["/admin", "/metrics", ConsolePath, SiloDashboard.Path];

    /// <summary>Adds the port to those that the server listens on.</summary>
    public static void AddAdminListener(this WebApplicationBuilder builder, int port)
    {
        var own = $"http://{(builder.Environment.IsDevelopment() ? "localhost" : "*")}:{port}";
        var configuration = builder.Configuration;
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            configuration["Kestrel:Endpoints:Admin:Url"] = own;
            return;
        }

        var urls = configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } given
            ? given
            : string.Join(';', Ports(configuration, "http").Concat(Ports(configuration, "https")));
        builder.WebHost.UseUrls($"{urls};{own}");
    }

    /// <summary>The operator's interface on its port. By the port that the connection came in on: a Host header says what its sender likes.</summary>
    /// <param name="version">What this release calls itself.</param>
    public static void MapAdmin(this WebApplication app, AdminSettings admin, string version)
    {
        if (admin.Port is not { } port)
        {
            return;
        }

        // The clients' endpoints are not served here: an operator's network is not a way around what stands before the other port.
        app.Use((context, next) => context.Connection.LocalPort != port || Served.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal))
            ? next(context)
            : NotFound(context));
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Connection.LocalPort == port && context.Request.Path == "/metrics");
        app.MapDashboard(port);
        app.MapWhen(
            context => context.Connection.LocalPort == port && context.Request.Path.StartsWithSegments("/admin"),
            branch =>
            {
                branch.UseMiddleware<Gatekeeper>();
                branch.UseRouting();
                branch.UseEndpoints(endpoints => endpoints.MapAdminApi(version));
            });
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static IEnumerable<string> Ports(ConfigurationManager configuration, string scheme) =>
        (configuration[$"{scheme}_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => $"{scheme}://*:{port}");
}
