using Messenger.Gateway;
using Messenger.Grains;
using Messenger.Grains.Placement;
using Messenger.Host.Configuration;
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
    /// <summary>What of the metrics is listed in docs/operations.md or comes from a library.</summary>
    private static readonly string[] Meters =
        ["Messenger.*", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    /// <summary>Whether traces, among others, are sent to somebody.</summary>
    public static bool Pushes(IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    public static void AddTelemetry(this WebApplicationBuilder builder, Settings settings)
    {
        var pushes = Pushes(builder.Configuration);
        var scraped = settings.Outside.Admin.Port is not null;
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
                metrics.AddMeter(Meters);
                if (scraped)
                {
                    metrics.AddPrometheusExporter();
                }
            });
        if (pushes)
        {
            telemetry
                .WithTracing(traces => traces.AddSource("Messenger.*", "Microsoft.Orleans.*", "Npgsql").AddProcessor(new Anonymous.Spans()).SampleSome(builder.Configuration))
                .WithLogging(logs => logs.AddProcessor(new Anonymous.Entries()))
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

        if (settings.Silo.Role != SiloRoles.Worker)
        {
            GatewaySignals.Begin(app.Services);
        }

        if (settings.Silo.Role != SiloRoles.Gateway)
        {
            GrainSignals.Begin();
        }
    }

    /// <summary>One request in a hundred, where OTEL_TRACES_SAMPLER does not say otherwise.</summary>
    private static void SampleSome(this TracerProviderBuilder traces, ConfigurationManager configuration)
    {
        if (configuration["OTEL_TRACES_SAMPLER"] is not { Length: > 0 })
        {
            traces.SetSampler(new ParentBasedSampler(new RequestSampler(Share(configuration["OTEL_TRACES_SAMPLER_ARG"]))));
        }
    }

    private static double Share(string? text) =>
        double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share : 0.01;

    /// <summary>A share of the requests. What the cluster says to itself is the start of no trace.</summary>
    private sealed class RequestSampler(double share) : Sampler
    {
        private readonly TraceIdRatioBasedSampler requests = new(share);

        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            samplingParameters.Kind == System.Diagnostics.ActivityKind.Server
                ? requests.ShouldSample(samplingParameters)
                : new SamplingResult(SamplingDecision.Drop);
    }
}
