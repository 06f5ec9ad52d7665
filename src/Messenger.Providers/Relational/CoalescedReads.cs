namespace Messenger.Providers.Relational;

/// <summary>
/// Reads of one key each, made together: what is asked while reads are under way goes in the next. A thousand users who become active in one
/// second cost a dozen statements, not a thousand turns at the pool.
/// </summary>
/// <param name="read">The rows of these keys, by key.</param>
/// <remarks>A read begins after it was asked for, so it sees what its caller wrote before. One that fails fails for all that share it.</remarks>
internal sealed class CoalescedReads<T>(Func<IReadOnlyCollection<string>, Task<ILookup<string, T>>> read)
{
    /// <summary>Statements at once: a quarter of the pool, so that reads of other kinds find room.</summary>
    public const int MaxConcurrency = 4;

    /// <summary>Keys in one statement: past some hundred another gains nothing, and all wait for the last.</summary>
    public const int MaxBatch = 256;

    private readonly Queue<Asked> _waiting = new();
    private int _running;

    /// <summary>The rows of one key; none where there are none.</summary>
    public Task<IEnumerable<T>> Of(string key)
    {
        var asked = new Asked(key);
        lock (_waiting)
        {
            _waiting.Enqueue(asked);
            if (_running == MaxConcurrency)
            {
                return asked.Rows.Task;
            }

            _running++;
        }

        // It reads for others too: it must not run in the context of whoever came first. It ends when nobody waits, and tells its failures to those who asked.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(Run);
        }

        return asked.Rows.Task;
    }

    private async Task Run()
    {
        while (Take() is { Count: > 0 } taken)
        {
            try
            {
                var rows = await read(taken.ConvertAll(one => one.Key));
                taken.ForEach(one => one.Rows.SetResult(rows[one.Key]));
            }
#pragma warning disable CA1031 // Whatever it is, those who asked are told.
            catch (Exception e)
#pragma warning restore CA1031
            {
                taken.ForEach(one => one.Rows.TrySetException(e));
            }
        }
    }

    private List<Asked> Take()
    {
        var taken = new List<Asked>();
        lock (_waiting)
        {
            while (taken.Count < MaxBatch && _waiting.TryDequeue(out var next))
            {
                taken.Add(next);
            }

            if (taken.Count == 0)
            {
                _running--;
            }
        }

        return taken;
    }

    private sealed record Asked(string Key)
    {
        public TaskCompletionSource<IEnumerable<T>> Rows { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
