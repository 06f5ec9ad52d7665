namespace Messenger.Grains.State;

/// <summary>Many calls, some at a time, on the scheduler of the grain that makes them.</summary>
internal static class BoundedParallel
{
    /// <summary>Calls for each; at most <paramref name="maxConcurrency"/> are under way. Throws what the first that failed threw, when all under way ended.</summary>
    public static Task ForEach<T>(IEnumerable<T> items, int maxConcurrency, Func<T, Task> call)
    {
        var waiting = new Queue<T>(items);
        return Task.WhenAll(Enumerable.Range(0, Math.Min(maxConcurrency, waiting.Count)).Select(async _ =>
        {
            while (waiting.TryDequeue(out var item))
            {
                await call(item);
            }
        }));
    }
}
