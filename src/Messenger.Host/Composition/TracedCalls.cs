using System.Diagnostics;

namespace Messenger.Host.Composition;

/// <summary>Orleans' own spans around grain calls, for calls that are part of a trace.</summary>
/// <remarks>
/// Orleans' filters begin a span at every call, sampled or not, and send its ids along. Before them stands a look at whether there is a trace
/// at all. The look is not free: a filter that does nothing makes a call within a process a third dearer, most of it on the way out.
/// </remarks>
internal static class TracedCalls
{
    /// <summary>What W3C calls it, and Orleans' filters after it, in a call's context.</summary>
    private const string Parent = "traceparent";

    public static void AddTracedCalls(this ISiloBuilder silo)
    {
        var before = silo.Services.ToHashSet();
        silo.AddActivityPropagation();
        foreach (var filter in silo.Services.Where(service => !before.Contains(service)).ToList())
        {
            if (filter.ServiceType == typeof(IOutgoingGrainCallFilter))
            {
                silo.Services.Remove(filter);
                silo.Services.AddSingleton<IOutgoingGrainCallFilter>(services => new Outgoing(Make<IOutgoingGrainCallFilter>(services, filter)));
            }
            else if (filter.ServiceType == typeof(IIncomingGrainCallFilter))
            {
                silo.Services.Remove(filter);
                silo.Services.AddSingleton<IIncomingGrainCallFilter>(services => new Incoming(Make<IIncomingGrainCallFilter>(services, filter)));
            }
        }
    }

    private static T Make<T>(IServiceProvider services, ServiceDescriptor filter) => (T)ActivatorUtilities.CreateInstance(services, filter.ImplementationType!);

    private sealed class Outgoing(IOutgoingGrainCallFilter traced) : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context)
        {
            if (Activity.Current is not null)
            {
                return traced.Invoke(context);
            }

            // A loop keeps the context of whoever happened to start it: the trace that it was part of is not this call's.
            if (RequestContext.Get(Parent) is not null)
            {
                RequestContext.Remove(Parent);
            }

            return context.Invoke();
        }
    }

    private sealed class Incoming(IIncomingGrainCallFilter traced) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) => RequestContext.Get(Parent) is null ? context.Invoke() : traced.Invoke(context);
    }
}
