using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Messenger.Delivery.Fixture;

/// <summary>Grain storage that outlives every silo of a test's cluster, as a database does; it keeps bytes, so that nothing unsaved leaks.</summary>
public sealed class DurableStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), (byte[] Bytes, string ETag)> _rows = new();
    private long _version;

    public int Rows => _rows.Count;

    /// <summary>How often anything was written or cleared.</summary>
    public long Writes => Interlocked.Read(ref _version);

    public void AddTo(ISiloBuilder silo, params string[] names)
    {
        foreach (var name in names)
        {
            silo.Services.AddKeyedSingleton<IGrainStorage>(name, (services, _) => new Door(this, name, services.GetRequiredService<Serializer>()));
        }
    }

    private sealed class Door(DurableStorage store, string name, Serializer serializer) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            if (store._rows.TryGetValue((name + stateName, grainId), out var row))
            {
                grainState.State = serializer.Deserialize<T>(row.Bytes)!;
                grainState.ETag = row.ETag;
                grainState.RecordExists = true;
            }
            else
            {
                grainState.State = Activator.CreateInstance<T>();
                grainState.RecordExists = false;
            }

            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            grainState.ETag = Interlocked.Increment(ref store._version).ToString(System.Globalization.CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
            store._rows[(name + stateName, grainId)] = (serializer.SerializeToArray(grainState.State), grainState.ETag);
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            Interlocked.Increment(ref store._version);
            store._rows.TryRemove((name + stateName, grainId), out _);
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null;
            grainState.RecordExists = false;
            return Task.CompletedTask;
        }
    }
}
