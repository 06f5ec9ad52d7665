using Messenger.Bench.Targets;

namespace Messenger.Bench;

/// <summary>The servers that a target needs besides itself; they go when it goes.</summary>
internal sealed class Setup : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();

    public async Task<ITarget> Start(string name, CancellationToken cancellation)
    {
        ITarget target = name switch
        {
            "raw" => await RawTarget.Start(name, null, [], cancellation),
            _ => throw new NotSupportedException($"{name} comes with the server"),
        };
        _owned.Push(target);
        return target;
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var one))
        {
            await one.DisposeAsync();
        }
    }
}
