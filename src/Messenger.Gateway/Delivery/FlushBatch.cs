namespace Messenger.Gateway.Delivery;

/// <summary>Writes for some sessions in one item of the thread pool: a change of thread costs more than a short write.</summary>
/// <remarks>A write that its socket does not take at once goes on by itself, and holds up none of those after it.</remarks>
internal sealed class FlushBatch : IThreadPoolWorkItem
{
    /// <summary>Few enough that a large group is still written by all cores, and its last member waits for some hundred microseconds of others.</summary>
    private const int Size = 16;

    private readonly IThreadPoolWorkItem[] _writes = new IThreadPoolWorkItem[Size];
    private int _count;

    /// <summary>What these sessions have waiting goes out.</summary>
    public static void Queue(List<Subscription> sessions)
    {
        FlushBatch? batch = null;
        foreach (var session in sessions)
        {
            if (session.BeginFlush() is not { } write)
            {
                continue;
            }

            batch ??= new FlushBatch();
            batch._writes[batch._count++] = write;
            if (batch._count == Size)
            {
                batch.Queue();
                batch = null;
            }
        }

        batch?.Queue();
    }

    public void Execute()
    {
        for (var i = 0; i < _count; i++)
        {
            _writes[i].Execute();
        }
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}
