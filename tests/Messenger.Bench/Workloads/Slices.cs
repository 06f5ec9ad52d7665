namespace Messenger.Bench.Workloads;

/// <summary>One load on one target, measured in slices.</summary>
internal sealed record Slices(ConversationWorkload Load, Groups[] Groups, int Window, double PerSecond, TimeSpan Duration)
{
    public Task Prepare(CancellationToken cancellation) => Load.Prepare(Groups, PerSecond, cancellation);

    public Task<Measurement> Measure(CancellationToken cancellation) => Load.Measure(Window, PerSecond, Duration, cancellation);
}
