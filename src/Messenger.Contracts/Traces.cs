using System.Diagnostics;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Messenger.Contracts;

/// <summary>
/// A trace's way through the grains: with a call to the grain that it calls, and on where a message leaves its call for a loop of ours. No span
/// holds who, to whom or what.
/// </summary>
public static class Traces
{
    /// <summary>What W3C calls it, and Orleans' own spans after it, in a call's context.</summary>
    private const string Parent = "traceparent";

    private static readonly ActivitySource Source = new("Messenger.Grains");

    /// <summary>
    /// What this flow does from now on is part of the step, and so are the calls that it makes; null: of no trace, whatever it was part of. Holds
    /// until the async method that asked for it returns.
    /// </summary>
    public static void Follow(Activity? step)
    {
        Activity.Current = step;
        if (step is not null)
        {
            RequestContext.Set(Parent, step.Id!);
        }
        else if (RequestContext.Get(Parent) is not null)
        {
            RequestContext.Remove(Parent);
        }
    }

    /// <summary>The step that made the call which is being served, as a W3C traceparent; null when the call is part of no trace.</summary>
    internal static string? Caller => RequestContext.Get(Parent) as string;

    /// <summary>A call is served; what serves it <see cref="Follow"/>s. Null when nobody traces.</summary>
    internal static Activity? Call(IInvokable call, string caller)
    {
        if (!Source.HasListeners() || !ActivityContext.TryParse(caller, null, isRemote: true, out var cause))
        {
            return null;
        }

        var step = Source.StartActivity($"{call.GetInterfaceType().Name}/{call.GetMethodName()}", ActivityKind.Server, cause);
        Follow(step);
        return step;
    }

    /// <summary>What a <see cref="SerializedNotification"/> carries along: the step that caused it, or null when nobody traces it.</summary>
    internal static string? Current => Activity.Current is { Recorded: true } cause ? cause.Id : null;

    /// <summary>A step of the fan-out: caused by the first of what goes in one call, linked to the others.</summary>
    internal static Activity? FanOut(Activity? cause)
    {
        // The queue's own context is that of whoever happened to start it.
        Follow(cause);
        if (cause is null)
        {
            return null;
        }

        var step = Source.StartActivity("fan-out");
        Follow(step);
        return step;
    }

    internal static void Joins(Activity? step, Activity? cause)
    {
        if (step is not null && cause is { Recorded: true })
        {
            step.AddLink(new ActivityLink(cause.Context));
        }
    }

    /// <summary>The push of a batch, once for each trace that has events in it; null when none has. End it with <see cref="End"/>.</summary>
    internal static List<Activity>? Push(GatewayEvent[] events)
    {
        List<Activity>? steps = null;
        string? last = null;
        foreach (ref readonly var hint in events.AsSpan())
        {
            // One notification goes to many sessions in a row.
            if (hint.Notification?.Trace is { } trace && trace != last && Source.HasListeners() && ActivityContext.TryParse(trace, null, isRemote: true, out var cause))
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

    internal static void End(List<Activity>? steps)
    {
        steps?.ForEach(step => step.Stop());
        Activity.Current = null;
    }
}
