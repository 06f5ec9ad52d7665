using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messenger.Host.Health;

/// <summary><c>/health/live</c>: restart this process or not. <c>/health/ready</c>: send it requests or not.</summary>
internal static class HealthEndpoints
{
    private const string Live = "live";
    private const string Ready = "ready";

    /// <summary>The checks of the process itself; the stores bring theirs.</summary>
    public static void AddHealth(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<SiloLiveCheck>("silo-membership", tags: [Live])
        .AddCheck<SiloReadyCheck>("silo", tags: [Ready])
        .AddCheck<ListedCheck>("membership", tags: [Ready])
        .AddCheck<WorkersCheck>("workers", tags: [Ready])
        .AddCheck<StreamCheck>("stream", tags: [Ready])
        .AddCheck<DrainCheck>("drain", tags: [Ready]);

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", Checks(Live)).DisableHttpMetrics();
        app.MapHealthChecks("/health/ready", Checks(Ready)).DisableHttpMetrics();
    }

    private static HealthCheckOptions Checks(string tag) => new()
    {
        Predicate = check => check.Tags.Contains(tag),
        ResponseWriter = (context, report) => context.Response.WriteAsJsonAsync(new
        {
            status = report.Status != HealthStatus.Unhealthy ? tag : $"not {tag}",
            reasons = report.Entries
                .Where(entry => entry.Value.Status != HealthStatus.Healthy)
                .Select(entry => new { check = entry.Key, reason = entry.Value.Description ?? "the check itself failed" }),
        }),
    };
}
