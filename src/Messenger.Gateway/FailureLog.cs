using System.Collections.Concurrent;
using Messenger.Contracts;
using Messenger.Protocol;
using Microsoft.Extensions.Logging;

namespace Messenger.Gateway;

/// <summary>What requests failed of: a line per kind and second with a count, whatever an outage brings. A fault of ours brings one stack a second besides.</summary>
/// <remarks>The watch tells once a second what came since. Kinds are names of exceptions' types, and few; past a bound they are one.</remarks>
internal sealed class FailureLog(TimeProvider timeProvider, ILogger<FailureLog> logger)
{
    /// <summary>Kinds in one second: more than any outage has shown.</summary>
    private const int MaxKinds = 32;

    private const string OtherKinds = "of other kinds";

    private readonly ConcurrentDictionary<string, int> _passing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private long _stack = long.MinValue;

    /// <summary>What the client is told.</summary>
    /// <param name="request">A type of the protocol, or a method of HTTP.</param>
    public Error Refuse(string request, Exception fault)
    {
        if (TransientErrors.IsTransient(fault))
        {
            Count(_passing, TransientErrors.Kind(fault));
            return Failures.Unavailable;
        }

        Count(_faults, TransientErrors.Kind(fault));
        var now = timeProvider.GetTimestamp();
        var last = Volatile.Read(ref _stack);
        if ((last == long.MinValue || timeProvider.GetElapsedTime(last, now) >= TimeSpan.FromSeconds(1)) && Interlocked.CompareExchange(ref _stack, now, last) == last)
        {
            Log.RequestFailed(logger, request, fault);
        }

        return Failures.Internal;
    }

    /// <summary>Requests that were refused without a call, of one kind.</summary>
    public void Shed(string kind) => Count(_passing, kind);

    /// <summary>Once a second.</summary>
    public void Tell()
    {
        foreach (var (kind, count) in Taken(_passing))
        {
            Log.RequestsUnavailable(logger, count, kind);
        }

        foreach (var (kind, count) in Taken(_faults))
        {
            Log.RequestsFailed(logger, count, kind);
        }
    }

    private static void Count(ConcurrentDictionary<string, int> counts, string kind) =>
        counts.AddOrUpdate(counts.Count < MaxKinds || counts.ContainsKey(kind) ? kind : OtherKinds, 1, static (_, count) => count + 1);

    private static IEnumerable<(string Kind, int Count)> Taken(ConcurrentDictionary<string, int> counts)
    {
        foreach (var kind in counts.Keys)
        {
            if (counts.TryRemove(kind, out var count))
            {
                yield return (kind, count);
            }
        }
    }
}
