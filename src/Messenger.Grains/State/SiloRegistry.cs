using System.Collections.Concurrent;

namespace Messenger.Grains.State;

/// <summary>What the actors of one kind that are active on this silo let everybody there do without a call, by their keys.</summary>
internal abstract class SiloRegistry<T>
    where T : class
{
    private readonly ConcurrentDictionary<string, T> _actors = new(StringComparer.Ordinal);

    public void Put(string key, T actor) => _actors[key] = actor;

    /// <summary>Removes this very one, never one that took its place.</summary>
    public void Remove(string key, T actor) => _actors.TryRemove(KeyValuePair.Create(key, actor));

    /// <summary>As they are now.</summary>
    public IReadOnlyCollection<string> Keys => [.. _actors.Keys];

    public T? Find(string key) => _actors.GetValueOrDefault(key);
}
