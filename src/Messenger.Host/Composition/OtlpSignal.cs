using Messenger.Host.Configuration;
using OpenTelemetry.Exporter;

namespace Messenger.Host.Composition;

/// <summary>
/// Where one signal goes by OTLP, as the standard environment says it: its own variable before the common one, <c>OTEL_{SIGNAL}_EXPORTER=none</c> and
/// <c>OTEL_SDK_DISABLED=true</c> for nowhere.
/// </summary>
/// <param name="name">TRACES, METRICS or LOGS.</param>
internal sealed class OtlpSignal(string name, IConfiguration from)
{
    private const string Common = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private string? Own(string what) => from[$"OTEL_EXPORTER_OTLP_{name}_{what}"] is { Length: > 0 } value ? value : null;

    /// <summary>Whether anybody takes it.</summary>
    public bool IsSent =>
        !"true".Equals(from["OTEL_SDK_DISABLED"], StringComparison.OrdinalIgnoreCase)
        && !"none".Equals(from[$"OTEL_{name}_EXPORTER"], StringComparison.OrdinalIgnoreCase)
        && (Own("ENDPOINT") is not null || !string.IsNullOrWhiteSpace(from[Common]));

    /// <summary>Puts what is this signal's own over what the SDK has read of the common variables.</summary>
    /// <exception cref="StartRefusedException">It is not what the variable takes.</exception>
    public void Apply(OtlpExporterOptions options)
    {
        if (Own("PROTOCOL") is { } protocol)
        {
            options.Protocol = protocol switch
            {
                "grpc" => OtlpExportProtocol.Grpc,
                "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
                _ => throw new StartRefusedException($"OTEL_EXPORTER_OTLP_{name}_PROTOCOL takes grpc or http/protobuf."),
            };
        }

        if (Own("ENDPOINT") is { } endpoint)
        {
            // As it stands: unlike the common one it has the signal's path in it.
            options.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
                : throw new StartRefusedException($"OTEL_EXPORTER_OTLP_{name}_ENDPOINT takes an http or https URL.");
        }

        options.Headers = Own("HEADERS") ?? options.Headers;
        if (Own("TIMEOUT") is { } timeout)
        {
            options.TimeoutMilliseconds = int.TryParse(timeout, out var milliseconds) && milliseconds > 0 ? milliseconds
                : throw new StartRefusedException($"OTEL_EXPORTER_OTLP_{name}_TIMEOUT takes milliseconds.");
        }
    }
}
