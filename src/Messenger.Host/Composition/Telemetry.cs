using System.Diagnostics.Metrics;
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
using Signal = Messenger.Telemetry.Signal;

namespace Messenger.Host.Composition;

/// <summary>
/// Metrics, traces and logs by OTLP, where the standard environment names somebody who takes them; metrics for Prometheus besides, where there
/// is an operator's port. With neither nothing is collected.
/// </summary>
internal static class Telemetry
{
    private static readonly string[] Meters = ["Messenger.*", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "System.Runtime", "Npgsql"];

    /// <summary>Nothing else of these meters is collected: Orleans alone would count some dozen things at each call.</summary>
    private static readonly Dictionary<string, Signal> Listed = Signals.All.Concat(Signals.OfLibraries).ToDictionary(signal => signal.Name);

    private static readonly MetricStreamConfiguration HttpRequests = new() { TagKeys = [.. Signals.HttpRequests.Labels.Select(label => label.Name)] };

    public static void AddTelemetry(this WebApplicationBuilder builder, Settings settings)
    {
        var (metrics, traces, logs) = (new OtlpSignal("METRICS", builder.Configuration), new OtlpSignal("TRACES", builder.Configuration), new OtlpSignal("LOGS", builder.Configuration));
        var scraped = settings.Integrations.Admin.Port is not null;
        if (!metrics.IsSent && !traces.IsSent && !logs.IsSent && !scraped)
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(ServiceName(settings.Silo.Role), "messenger", Release.Version, autoGenerateServiceInstanceId: false, InstanceName.Value)
                .AddAttributes([new("messenger.silo.role", settings.Silo.Role)])

                // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
                .AddEnvironmentVariableDetector())
            .WithMetrics(meters =>
            {
                meters.AddMeter(Meters).AddView(View);
                if (scraped)
                {
                    meters.AddPrometheusExporter();
                }

                if (metrics.IsSent)
                {
                    meters.AddOtlpExporter(metrics.Apply);
                }
            });
        if (traces.IsSent)
        {
            var sampling = Sampling.Of(builder.Configuration);
            builder.Services.Configure<GatewayOptions>(options => options.TracedShare = sampling.Share);
            telemetry.WithTracing(spans =>
            {
                // What tells who goes before it is sent: processors come in this order.
                spans.AddSource("Messenger.*", "Microsoft.Orleans.*", "Npgsql").AddProcessor(new PiiRedactor.Spans()).AddOtlpExporter(traces.Apply);
                if (sampling.Sampler is { } sampler)
                {
                    spans.SetSampler(sampler);
                }
            });
        }

        if (logs.IsSent)
        {
            telemetry.WithLogging(entries => entries.AddProcessor(new PiiRedactor.Entries()).AddOtlpExporter(logs.Apply));
        }
    }

    /// <summary>Labels of HTTP requests that say the same of each are left out.</summary>
    private static MetricStreamConfiguration? View(Instrument instrument) =>
        !Listed.TryGetValue(instrument.Name, out var signal) ? MetricStreamConfiguration.Drop : signal == Signals.HttpRequests ? HttpRequests : null;

    /// <summary>Roles are services of their own to whoever looks: what is normal for one is not for the other.</summary>
    private static string ServiceName(string role) => role == SiloRoles.All ? "messenger" : $"messenger-{role}";

    /// <summary>Once the server is built: from here on somebody listens.</summary>
    public static void BeginTelemetry(this WebApplication app, Settings settings)
    {
        if (app.Services.GetService<MeterProvider>() is null)
        {
            return;
        }

        app.Services.GetRequiredService<MemoryBudgets>().Begin();
        ProcessSignals.Begin(app.Services, settings);
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
