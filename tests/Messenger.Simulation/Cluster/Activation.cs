using System.Reflection;
using Messenger.Simulation.Time;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Messenger.Simulation.Cluster;

/// <summary>A grain that is active on a silo: its turns, and who may have one. It is what Orleans gives a grain as its context, as far as ours ask.</summary>
internal sealed class Activation : IGrainContext
{
    private readonly Silo _silo;
    private readonly Queue<Call> _waiting = new();
    private readonly List<Timer> _timers = [];
    private readonly bool _reentrant;
    private bool _activated;
    private Call? _blocking;
    private int _underWay;
    private TaskCompletionSource? _idle;
    private Task? _leaving;

    public Activation(Silo silo, GrainId id, Type type)
    {
        (_silo, GrainId) = (silo, id);
        Strand = new Strand(silo.Process, id.ToString());
        Scheduler = new WorkItems(this);
        _reentrant = type.GetCustomAttribute<ReentrantAttribute>() is not null;
    }

    public Strand Strand { get; }

    public GrainId GrainId { get; }

    public Grain Grain { get; private set; } = null!;

    public bool IsLeaving => _leaving is not null;

    /// <summary>Nothing is under way: it may be collected.</summary>
    public bool IsIdle => _activated && _underWay == 0 && _waiting.Count == 0;

    public IServiceProvider ActivationServices => _silo.Services;

    public IWorkItemScheduler Scheduler { get; }

    public object GrainInstance => Grain;

    public GrainReference GrainReference => throw new NotSupportedException();

    public ActivationId ActivationId => throw new NotSupportedException();

    public GrainAddress Address => throw new NotSupportedException();

    public IGrainLifecycle ObservableLifecycle => throw new NotSupportedException();

    public Task Deactivated => _leaving ?? Task.CompletedTask;

    /// <summary>Makes the grain and activates it; what was called meanwhile waits, and fails when that does.</summary>
    public void Begin(Func<Activation, Task<Grain>> make) => Strand.Start(async () =>
    {
        try
        {
            Grain = await make(this);
            await Grain.OnActivateAsync(CancellationToken.None);
            _activated = true;
        }
#pragma warning disable CA1031 // Whatever it is, it goes to whoever called.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _leaving = Task.CompletedTask;
            _silo.Left(this);
            while (_waiting.TryDequeue(out var call))
            {
                _silo.Answer(call, null, fault);
            }

            return;
        }

        Serve();
    });

    public void Take(Call call)
    {
        // What comes while it leaves waits for its end, and goes to the next one then.
        _waiting.Enqueue(call);
        Serve();
    }

    /// <summary>As an orderly deactivation: what is under way ends, then the grain has its say, then what waits goes to the next activation.</summary>
    public Task Leave(DeactivationReason reason, CancellationToken impatient = default) => _leaving ??= Strand.Start(async () =>
    {
        while (_underWay > 0 || !_activated)
        {
            await (_idle ??= new TaskCompletionSource()).Task;
        }

        _timers.ForEach(timer => timer.Dispose());
        try
        {
            await Grain.OnDeactivateAsync(reason, impatient);
        }
#pragma warning disable CA1031 // As Orleans does: it is logged.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _silo.Scheduler.Note($"{this} left with {fault.GetType().Name}: {fault.Message}");
        }

        _silo.Left(this);
        while (_waiting.TryDequeue(out var call))
        {
            _silo.Forward(call);
        }
    });

    public IGrainTimer Add<T>(Func<T, CancellationToken, Task> callback, T state, GrainTimerCreationOptions options)
    {
        var timer = new Timer(this, () => callback(state, CancellationToken.None), options.DueTime, options.Period);
        _timers.Add(timer);
        return timer;
    }

    public override string ToString() => $"{GrainId} on {_silo.Name}";

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public object? GetTarget() => Grain;

    public object? GetComponent(Type componentType) => null;

    public TTarget? GetTarget<TTarget>()
        where TTarget : class => Grain as TTarget;

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class => throw new NotSupportedException();

    public void ReceiveMessage(object message) => throw new NotSupportedException();

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken) => Leave(deactivationReason, cancellationToken);

    public void Rehydrate(IRehydrationContext context) => throw new NotSupportedException();

    public void Migrate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Who waits has its turn: at once where it interleaves, else when nobody else's is under way.</summary>
    private void Serve()
    {
        if (!_activated || IsLeaving)
        {
            return;
        }

        for (var left = _waiting.Count; left > 0; left--)
        {
            var call = _waiting.Dequeue();
            if (_reentrant || call.Plan.Interleaves || _blocking is null)
            {
                if (!_reentrant && !call.Plan.Interleaves)
                {
                    _blocking = call;
                }

                _underWay++;
                Strand.Start(() => Serve(call));
            }
            else
            {
                _waiting.Enqueue(call);
            }
        }
    }

    private async Task Serve(Call call)
    {
        Task? done = null;
        Exception? fault = null;
        try
        {
            done = call.Invoke(Grain);
            await done;
        }
#pragma warning disable CA1031 // It goes to whoever called.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = e;
        }

        _silo.Answer(call, done, fault);
        Ended(call);
    }

    private void Ended(Call? call)
    {
        _underWay--;
        _blocking = _blocking == call ? null : _blocking;
        Serve();
        if (_underWay == 0)
        {
            _idle?.TrySetResult();
            _idle = null;
        }
    }

    private sealed class WorkItems(Activation owner) : IWorkItemScheduler
    {
        public void QueueAction(Action action) => owner.Strand.Post(action);

        public void QueueTask(Task task) => task.Start(owner.Strand);

        public void QueueAction(Action<object> action, object state) => owner.Strand.Post(() => action(state));
    }

    private sealed class Timer : IGrainTimer
    {
        private readonly Activation _owner;
        private readonly Func<Task> _callback;
        private TimeSpan _period;
        private Alarm? _alarm;
        private bool _disposed;

        public Timer(Activation owner, Func<Task> callback, TimeSpan due, TimeSpan period)
        {
            (_owner, _callback) = (owner, callback);
            Change(due, period);
        }

        public void Change(TimeSpan dueTime, TimeSpan period)
        {
            _alarm?.Cancel();
            _period = period;
            _alarm = dueTime == Timeout.InfiniteTimeSpan ? null : _owner._silo.Scheduler.After(_owner._silo.Process, dueTime, Ring);
        }

        public void Dispose()
        {
            _disposed = true;
            _alarm?.Cancel();
        }

        private void Ring() => _owner.Strand.Start(async () =>
        {
            if (_disposed || _owner.IsLeaving)
            {
                return;
            }

            _owner._underWay++;
            try
            {
                await _callback();
            }
#pragma warning disable CA1031 // As Orleans does: it is logged.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _owner._silo.Scheduler.Note($"a timer of {_owner} failed: {fault.GetType().Name}");
            }

            _owner.Ended(null);
            if (!_disposed && _period > TimeSpan.Zero)
            {
                _alarm = _owner._silo.Scheduler.After(_owner._silo.Process, _period, Ring);
            }
        });
    }
}
