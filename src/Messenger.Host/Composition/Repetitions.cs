using Messenger.Contracts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messenger.Host.Composition;

/// <summary>
/// Of what libraries log of an outage, a line per kind and second with a count, and no stack: they log each request's, at ten thousand a second.
/// </summary>
internal sealed class Repetitions(TimeProvider time)
{
    /// <summary>Orleans' "response did not arrive on time" and "target silo became unavailable", which come for every call and without an exception.</summary>
    private const int CallGivenUp = 100157;

    /// <summary>Kinds remembered: a category, an event and an exception's type; an outage shows a dozen.</summary>
    private const int MaxKinds = 256;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Category, int Event, string? Exception), (long Told, int Untold)> kinds = [];

    /// <summary>Whether the entry is written; its exception's text, and how many like it were not since the last.</summary>
    public bool Passes<TState>(in LogEntry<TState> entry, out string? exception, out int untold)
    {
        var transient = entry.Exception is { } fault && TransientErrors.IsTransient(fault);
        exception = transient ? Short(entry.Exception!) : entry.Exception?.ToString();
        untold = 0;
        if ((!transient && entry.EventId.Id != CallGivenUp) || entry.Category.StartsWith("Messenger.", StringComparison.Ordinal))
        {
            return true;
        }

        var kind = (entry.Category, entry.EventId.Id, transient ? TransientErrors.Kind(entry.Exception!) : null);
        lock (kinds)
        {
            var now = time.GetTimestamp();
            if (kinds.TryGetValue(kind, out var last) && time.GetElapsedTime(last.Told, now) < Pause)
            {
                kinds[kind] = last with { Untold = last.Untold + 1 };
                return false;
            }

            if (kinds.Count >= MaxKinds)
            {
                kinds.Clear();
            }

            untold = last.Untold;
            kinds[kind] = (now, 0);
            return true;
        }
    }

    /// <summary>What stands behind the message of an entry that others like it came before.</summary>
    public static string Suffix(int untold) => untold == 0 ? "" : $" (and {untold} more like it since the last line)";

    private static string Short(Exception fault)
    {
        while (fault.InnerException is { } inner)
        {
            fault = inner;
        }

        return $"{fault.GetType().FullName}: {fault.Message}";
    }
}
