using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Messenger.Grains.State;

/// <summary>
/// One piece of a grain's state in the grain storage, read when it is first wanted and not before: a user's contacts are not
/// loaded because a message came.
/// </summary>
/// <remarks>
/// The value is immutable and changes only in <see cref="Change"/>, one change at a time, when the new one is on disk. So interleaved calls
/// lose no update and see nothing that is not kept. After a failed write nobody knows what is on disk: the next use reads it anew.
/// Throws <see cref="StoreUnavailableException"/> when the storage fails.
/// </remarks>
/// <param name="opened">What is worked with, of what is on disk; as it is where null.</param>
/// <param name="stored">The other way round.</param>
internal sealed class LazyState<T>(IGrainContext grain, string name, ILogger logger, Func<T, T>? opened = null, Func<T, T>? stored = null)
    where T : class, new()
{
    private readonly IGrainStorage _storage = grain.ActivationServices.GetRequiredKeyedService<IGrainStorage>("state");
    private readonly GrainState<T> _record = new();
    private readonly AsyncLock _lock = new();
    private volatile T? _value;

    /// <summary>The value as it is on disk; null when it is not known now. From any thread.</summary>
    public T? Known => _value;

    /// <summary>The value as it is on disk; an empty one where nothing was stored.</summary>
    public async ValueTask<T> Load() => _value ?? await _lock.Run(Read);

    /// <summary>Replaces the value by what is made of it. On disk when it returns; the same value again writes nothing.</summary>
    /// <param name="next">Runs alone, on the value of that moment.</param>
    public Task<T> Change(Func<T, T> next) => _lock.Run(async () =>
    {
        var before = await Read();
        var after = next(before);
        if (!ReferenceEquals(before, after))
        {
            _record.State = stored is null ? after : stored(after);
            await Guarded(() => _storage.WriteStateAsync(name, grain.GrainId, _record));
            _value = after;
        }

        return after;
    });

    /// <summary>Forgets it, on disk too.</summary>
    public Task Erase() => _lock.Run(async () =>
    {
        var before = await Read();
        await Guarded(() => _storage.ClearStateAsync(name, grain.GrainId, _record));
        _value = null;
        return before;
    });

    private async Task<T> Read()
    {
        if (_value is null)
        {
            await Guarded(() => _storage.ReadStateAsync(name, grain.GrainId, _record));
            _value = !_record.RecordExists || _record.State is not { } kept ? new T() : opened is null ? kept : opened(kept);
        }

        return _value;
    }

    private async Task Guarded(Func<Task> storage)
    {
        try
        {
            await storage();
        }
        catch (Exception fault)
        {
            _value = null;
            StateLog.StorageFailed(logger, name, fault.GetType().Name);
            if (fault is InconsistentStateException)
            {
                // Another activation wrote it: let the directory decide whom calls go to. Without the fault: whoever calls meanwhile would get it, and not the next activation.
                grain.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, "its state was written by another activation"));
            }

            throw new StoreUnavailableException($"the state '{name}' could not be read or written", fault);
        }
    }
}
