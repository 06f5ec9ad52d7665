using Messenger.Contracts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messenger.Host.Composition;

/// <summary>
/// Of what libraries log of an outage, a line per kind and second with a count, and no stack: they log each request's, at ten thousand a second.
/// </summary>
internal sealed class Repetitions(TimeProvider timeProvider)
{
    /// <summary>Orleans' "response did not arrive on time" and "target silo became unavailable", which come for every call and without an exception.</summary>
    private const int CallGivenUp = 100157;

    /// <summary>Kinds remembered: a category, an event and an exception's type; an outage shows a dozen.</summary>
    private const int MaxKinds = 256;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Category, int Event, string? Exception), (long Logged, int Untold)> _kinds = [];

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
        lock (_kinds)
        {
            var now = timeProvider.GetTimestamp();
            if (_kinds.TryGetValue(kind, out var last) && timeProvider.GetElapsedTime(last.Logged, now) < Pause)
            {
                _kinds[kind] = last with { Untold = last.Untold + 1 };
                return false;
            }

            if (_kinds.Count >= MaxKinds)
            {
                _kinds.Clear();
            }

            untold = last.Untold;
            _kinds[kind] = (now, 0);
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
