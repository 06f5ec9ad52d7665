using Messenger.Ports.Flow;

namespace Messenger.Providers.Relational;

/// <summary>
/// Reads of one key each, made together: what is asked while reads are under way goes in the next. A thousand users who become active in one
/// second cost a dozen statements, not a thousand turns at the pool.
/// </summary>
/// <param name="read">The rows of these keys, by key.</param>
internal sealed class CoalescedReads<T>(Func<IReadOnlyCollection<string>, Task<ILookup<string, T>>> read)
{
    /// <summary>Statements at once: a quarter of the pool, so that reads of other kinds find room.</summary>
    public const int MaxConcurrency = 4;

    /// <summary>Keys in one statement: past some hundred another gains nothing, and all wait for the last.</summary>
    public const int MaxBatch = 256;

    private readonly Coalescer<string, IEnumerable<T>> _reads = new(
        async keys =>
        {
            var rows = await read(keys);
            return Array.ConvertAll(keys, key => rows[key]);
        },
        new CoalescerBounds(MaxConcurrency, MaxBatch));

    /// <summary>The rows of one key; none where there are none.</summary>
    public Task<IEnumerable<T>> Of(string key) => _reads.Do(key);
}
