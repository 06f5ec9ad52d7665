namespace Messenger.Gateway.Sessions;

/// <summary>How many requests of one connection are being served, and their bytes: the bound at which its socket is not read any more.</summary>
internal sealed class InFlight(int maxCount, int maxBytes)
{
    private readonly Lock gate = new();
    private TaskCompletionSource? room;
    private int count;
    private long bytes;

    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return count == 0;
            }
        }
    }

    private bool IsFull => count >= maxCount || bytes >= maxBytes;

    public void Enter(int size)
    {
        lock (gate)
        {
            count++;
            bytes += size;
        }
    }

    /// <summary>True when none is left.</summary>
    public bool Leave(int size)
    {
        lock (gate)
        {
            count--;
            bytes -= size;
            if (room is not null && count <= maxCount / 2 && bytes <= maxBytes / 2)
            {
                room.TrySetResult();
                room = null;
            }

            return count == 0;
        }
    }

    /// <summary>Completes when there is room. Once it was full, half of it must be free: then requests come in batches again, not one by one.</summary>
    public Task Room()
    {
        lock (gate)
        {
            return room is null && !IsFull
                ? Task.CompletedTask
                : (room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
