namespace Messenger.Grains.State;

/// <summary>Lets an actor's interleaved calls do something one after another, in the order in which they came to it.</summary>
/// <remarks>On its grain's scheduler: no lock. What fails, fails for who did it; the next has its turn.</remarks>
internal sealed class Turns
{
    private Task _last = Task.CompletedTask;

    public Task Take(Func<Task> action) => Take(async () =>
    {
        await action();
        return true;
    });

    public async Task<T> Take<T>(Func<Task<T>> action)
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
