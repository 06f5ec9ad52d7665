using System.Diagnostics;
using Messenger.Grains.Delivery;
using Messenger.Grains.Devices;

namespace Messenger.Grains;

/// <summary>
/// Spans of the steps that Orleans does not see: where a message leaves its call and goes on in a loop of ours. None holds who, to whom or what.
/// </summary>
internal static class Traces
{
    private static readonly ActivitySource Source = new("Messenger.Grains");

    /// <summary>What a <see cref="Notice"/> carries along: the step that caused it, or null when nobody traces it.</summary>
    public static string? Current => Activity.Current is { Recorded: true } cause ? cause.Id : null;

    /// <summary>A step of the fan-out: caused by the first of what goes in one call, linked to the others.</summary>
    public static Activity? FanOut(Activity? cause)
    {
        // The lane's own context is that of whoever happened to start it.
        Activity.Current = cause;
        return cause is null ? null : Source.StartActivity("fan-out");
    }

    public static void Joins(Activity? step, Activity? cause)
    {
        if (step is not null && cause is { Recorded: true })
        {
            step.AddLink(new ActivityLink(cause.Context));
        }
    }

    /// <summary>The push of a batch, once for each trace that has events in it; null when none has. End it with <see cref="End"/>.</summary>
    public static List<Activity>? Push(GatewayEvent[] events)
    {
        List<Activity>? steps = null;
        string? last = null;
        foreach (ref readonly var hint in events.AsSpan())
        {
            // One notice goes to many sessions in a row.
            if (hint.Notice?.Trace is { } trace && trace != last && Source.HasListeners() && ActivityContext.TryParse(trace, null, isRemote: true, out var cause))
            {
                last = trace;
                if (Source.StartActivity("stream push", ActivityKind.Producer, cause) is { } step)
                {
                    (steps ??= []).Add(step);
                }
            }
        }

        return steps;
    }

    public static void End(List<Activity>? steps)
    {
        steps?.ForEach(step => step.Stop());
        Activity.Current = null;
    }
}
