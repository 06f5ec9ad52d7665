using Messenger.Ports;

namespace Messenger.Providers.Sqlite;

/// <summary>A process alone: nobody to take over, and nobody who could.</summary>
internal sealed class SqliteTakeover(IWriterName name) : ITakeover
{
    public Task<IReadOnlyList<string>> Writers() => Task.FromResult<IReadOnlyList<string>>([name.Name]);

    public Task<IReadOnlyList<Guid>> Fence(string writer) => Task.FromResult<IReadOnlyList<Guid>>([]);

    public Task Retire(string writer) => Task.CompletedTask;
}
