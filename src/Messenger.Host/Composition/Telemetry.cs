using Messenger.Contracts.Placement;
using Messenger.Gateway;
using Messenger.Gateway.Hosting;
using Messenger.Grains.Hosting;
using Messenger.Host.Configuration;
using Messenger.Ports;
using Messenger.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Messenger.Host.Composition;

/// <summary>
/// Metrics, traces and logs by OTLP, where the standard environment names somebody who takes them; metrics for Prometheus besides, where there
/// is an operator's port. With neither nothing is collected.
/// </summary>
internal static class Telemetry
{
    private static readonly string[] Meters = ["Messenger.*", "Microsoft.Orleans", "System.Runtime", "Npgsql"];

    /// <summary>Nothing else of these meters is collected: Orleans alone would count some dozen things at each call.</summary>
    private static readonly HashSet<string> Listed = [.. Signals.All.Concat(Signals.OfLibraries).Select(signal => signal.Name)];

    /// <summary>Whether traces, among others, are sent to somebody.</summary>
    public static bool Pushes(IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    public static void AddTelemetry(this WebApplicationBuilder builder, Settings settings)
    {
        var pushes = Pushes(builder.Configuration);
        var scraped = settings.Integrations.Admin.Port is not null;
        if (!pushes && !scraped)
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService("messenger", serviceVersion: Release.Version)
                .AddAttributes([new("messenger.silo.role", settings.Silo.Role)])

                // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddView(instrument => Listed.Contains(instrument.Name) ? null : MetricStreamConfiguration.Drop);
                if (scraped)
                {
                    metrics.AddPrometheusExporter();
                }
            });
        if (pushes)
        {
            var sampling = Sampling.Of(builder.Configuration);
            builder.Services.Configure<GatewayOptions>(options => options.TracedShare = sampling.Share);
            telemetry
                .WithTracing(traces =>
                {
                    traces.AddSource("Messenger.*", "Microsoft.Orleans.*", "Npgsql").AddProcessor(new PiiRedactor.Spans());
                    if (sampling.Sampler is { } sampler)
                    {
                        traces.SetSampler(sampler);
                    }
                })
                .WithLogging(logs => logs.AddProcessor(new PiiRedactor.Entries()))
                .UseOtlpExporter();
        }
    }

    /// <summary>Once the server is built: from here on somebody listens.</summary>
    public static void BeginTelemetry(this WebApplication app, Settings settings)
    {
        if (app.Services.GetService<MeterProvider>() is null)
        {
            return;
        }

        app.Services.GetRequiredService<MemoryBudgets>().Begin();
        if (settings.Silo.Role != SiloRoles.Worker)
        {
            GatewaySignals.Begin(app.Services);
        }

        if (settings.Silo.Role != SiloRoles.Gateway)
        {
            GrainSignals.Begin();
        }
    }
}
