namespace Messenger.Grains.State;

/// <summary>Lets an actor's interleaved calls do something one after another, in the order in which they came to it.</summary>
/// <remarks>On its grain's scheduler: no lock. What fails, fails for who did it; the next has its turn.</remarks>
internal sealed class AsyncLock
{
    private Task _last = Task.CompletedTask;

    public Task Run(Func<Task> action) => Run(async () =>
    {
        await action();
        return true;
    });

    public async Task<T> Run<T>(Func<Task<T>> action)
    {
        var earlier = _last;
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _last = mine.Task;
        await earlier;
        try
        {
            return await action();
        }
        finally
        {
            mine.SetResult();
        }
    }
}
