using System.Diagnostics;
using System.Globalization;
using OpenTelemetry.Trace;

namespace Messenger.Host.Composition;

/// <summary>
/// Which requests are traced: what OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say, and one in a hundred where they say nothing.
/// </summary>
/// <remarks>
/// A sampler is asked about a span that is being made, and what it declines is made all the same, to carry its ids: at every step of every
/// request. So the gateway draws the share first, and what was not drawn makes no span anywhere.
/// </remarks>
/// <param name="Share">Of the requests without a traceparent, from 0 to 1, what the gateway begins a span for.</param>
/// <param name="Sampler">What decides on that span; null: the SDK's own, which reads the environment too.</param>
internal sealed record Sampling(double Share, Sampler? Sampler)
{
    private const double Default = 0.01;

    public static Sampling Of(IConfiguration configuration)
    {
        var share = ShareIn(configuration["OTEL_TRACES_SAMPLER_ARG"]);
        return configuration["OTEL_TRACES_SAMPLER"]?.ToLowerInvariant() switch
        {
            // What the cluster says to itself is the start of no trace.
            null or "" => new(share ?? Default, new ParentBasedSampler(new DrawnSampler(new AlwaysOffSampler()))),
            "parentbased_traceidratio" => new(share ?? 1, new ParentBasedSampler(new DrawnSampler(new TraceIdRatioBasedSampler(share ?? 1)))),
            "always_off" or "parentbased_always_off" => new(0, null),
            _ => new(1, null),
        };
    }

    private static double? ShareIn(string? text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share : null;

    /// <summary>A request that gets here was drawn; the rest is another's to decide.</summary>
    private sealed class DrawnSampler(Sampler rest) : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            samplingParameters.Kind == ActivityKind.Server ? new SamplingResult(SamplingDecision.RecordAndSample) : rest.ShouldSample(samplingParameters);
    }
}
