using System.Collections.Concurrent;
using System.Reflection;
using Messenger.Simulation.Time;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Simulation.Cluster;

/// <summary>How a method of a grain is called, worked out once.</summary>
internal abstract class Plan
{
    private static readonly ConcurrentDictionary<MethodInfo, Plan> Known = new();

    protected Plan(MethodInfo method)
    {
        Method = method;
        Interleaves = method.GetCustomAttribute<AlwaysInterleaveAttribute>() is not null;
    }

    public MethodInfo Method { get; }

    public bool Interleaves { get; }

    public static Plan Of(MethodInfo method) => Known.GetOrAdd(method, static found =>
    {
        var result = found.ReturnType.IsGenericType ? found.ReturnType.GetGenericArguments()[0] : typeof(object);
        return (Plan)Activator.CreateInstance(typeof(Plan<>).MakeGenericType(result), found)!;
    });

    public abstract Call New(GrainId target, object?[] arguments, Process caller);
}

internal sealed class Plan<T>(MethodInfo method) : Plan(method)
{
    public override Call New(GrainId target, object?[] arguments, Process caller) => new Call<T>(this, target, arguments, caller);
}

/// <summary>A call of a grain, on its way or under way.</summary>
internal abstract class Call(Plan plan, GrainId target, object?[] arguments, Process caller)
{
    public Plan Plan => plan;

    public GrainId Target => target;

    public Process Caller => caller;

    public abstract Task Answer { get; }

    public SiloAddress? SentTo { get; set; }

    public Alarm? Limit { get; set; }

    public int Hops { get; set; }

    public bool IsOver => Answer.IsCompleted;

    public Task Invoke(object grain) => (Task)plan.Method.Invoke(grain, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

    public abstract void Succeed(Task done);

    public abstract void Fail(Exception fault);

    public override string ToString() => $"{target.Type}.{plan.Method.Name}";
}

/// <remarks>Its task runs what waits for it where that belongs: nobody waits for it but strands.</remarks>
internal sealed class Call<T>(Plan plan, GrainId target, object?[] arguments, Process caller) : Call(plan, target, arguments, caller)
{
    private readonly TaskCompletionSource<T> _answer = new();

    public override Task Answer => _answer.Task;

    public override void Succeed(Task done)
    {
        Limit?.Cancel();
        _answer.TrySetResult(done is Task<T> typed ? typed.Result : default!);
    }

    public override void Fail(Exception fault)
    {
        Limit?.Cancel();
        _answer.TrySetException(fault);
        _ = _answer.Task.Exception;
    }
}
