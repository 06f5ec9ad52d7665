using Messenger.Host.Configuration;

namespace Messenger.Host.Admin;

/// <summary>The operator's port: its interface is served here and nowhere else.</summary>
internal static class AdminListener
{
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
    public static void MapAdmin(this WebApplication app, AdminSettings admin)
    {
        if (admin.Port is not { } port)
        {
            return;
        }

        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Connection.LocalPort == port && context.Request.Path == "/metrics");
        app.MapDashboard(port);
        app.MapWhen(
            context => context.Connection.LocalPort == port && context.Request.Path.StartsWithSegments("/admin"),
            branch =>
            {
                branch.UseMiddleware<Gatekeeper>();
                branch.UseRouting();
                branch.UseEndpoints(endpoints => endpoints.MapAdminApi());
            });
    }

    private static IEnumerable<string> Ports(ConfigurationManager configuration, string scheme) =>
        (configuration[$"{scheme}_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => $"{scheme}://*:{port}");
}
