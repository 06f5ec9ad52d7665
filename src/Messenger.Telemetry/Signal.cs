using System.Diagnostics.Metrics;

namespace Messenger.Telemetry;

/// <summary>What a metric is, in OpenTelemetry's words.</summary>
public enum SignalKind
{
    Counter,
    UpDownCounter,
    Gauge,
    Histogram,
}

/// <summary>A label and the few values that it takes. Whatever a client can make up, or tells who it is, is no label.</summary>
public sealed record Label(string Name, string Takes)
{
    public KeyValuePair<string, object?> Is(object? value) => new(Name, value);
}

/// <summary>One metric of this server: instruments are made of it and of nothing else, so that its name and its unit stand once.</summary>
/// <param name="Unit">UCUM, as OpenTelemetry wants it: s, By, or {what is counted}.</param>
/// <param name="Tells">For whoever reads a dashboard.</param>
public sealed record Signal(string Name, SignalKind Kind, string Unit, string Tells, params IReadOnlyList<Label> Labels)
{
    /// <summary>The bounds of a histogram's buckets.</summary>
    public IReadOnlyList<double> Bounds { get; init; } = [];

    public Counter<long> Counter(Meter meter) => On(meter, SignalKind.Counter).CreateCounter<long>(Name, Unit, Tells);

    public UpDownCounter<long> UpDownCounter(Meter meter) => On(meter, SignalKind.UpDownCounter).CreateUpDownCounter<long>(Name, Unit, Tells);

    public Histogram<double> Histogram(Meter meter) =>
        On(meter, SignalKind.Histogram).CreateHistogram(Name, Unit, Tells, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });

    /// <summary>A histogram of whole numbers.</summary>
    public Histogram<int> Sizes(Meter meter) =>
        On(meter, SignalKind.Histogram).CreateHistogram(Name, Unit, Tells, tags: null, new InstrumentAdvice<int> { HistogramBucketBoundaries = [.. Bounds.Select(bound => (int)bound)] });

    /// <param name="look">Called when somebody collects.</param>
    public void Gauge(Meter meter, Func<double> look) => On(meter, SignalKind.Gauge).CreateObservableGauge(Name, look, Unit, Tells);

    /// <param name="look">One value for each label; called when somebody collects.</param>
    public void Gauges(Meter meter, Func<IEnumerable<Measurement<double>>> look) => On(meter, SignalKind.Gauge).CreateObservableGauge(Name, look, Unit, Tells);

    /// <param name="look">The sums since the start, one for each label; called when somebody collects.</param>
    public void Sums(Meter meter, Func<IEnumerable<Measurement<long>>> look) => On(meter, SignalKind.Counter).CreateObservableCounter(Name, look, Unit, Tells);

    /// <param name="look">The sum since the start; called when somebody collects.</param>
    public void Sum(Meter meter, Func<long> look) => On(meter, SignalKind.Counter).CreateObservableCounter(Name, look, Unit, Tells);

    private Meter On(Meter meter, SignalKind kind) => Kind == kind ? meter : throw new InvalidOperationException($"{Name} is a {Kind}, and no {kind}");
}
