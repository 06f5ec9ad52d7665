using System.Threading.Channels;

namespace Messenger.Providers.Sqlite;

/// <summary>
/// The one thread that writes: the engine is synchronous and has one writer per file, so whoever writes takes turns here,
/// and no thread of the pool waits for the disk.
/// </summary>
internal sealed class SqliteWriteThread : IDisposable
{
    /// <summary>Jobs that may wait; whoever brings more waits for room.</summary>
    private const int QueuedJobs = 1024;

    private readonly Channel<Action> jobs = Channel.CreateBounded<Action>(new BoundedChannelOptions(QueuedJobs) { SingleReader = true });
    private readonly string connectionString;
    private readonly Thread thread;
    private SqliteSession? session;

    public SqliteWriteThread(string connectionString)
    {
        this.connectionString = connectionString;
        thread = new Thread(Run) { IsBackground = true, Name = "sqlite writer" };
        thread.UnsafeStart();
    }

    /// <summary>Runs a job on the thread; its exception is the caller's, and costs the connection.</summary>
    public async Task<T> Run<T>(Func<SqliteSession, T> job)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await jobs.Writer.WriteAsync(() =>
        {
            try
            {
                session ??= new SqliteSession(connectionString, writes: true);
                done.SetResult(job(session));
            }
#pragma warning disable CA1031 // Handed to the caller.
            catch (Exception e)
#pragma warning restore CA1031
            {
                session?.Dispose();
                session = null;
                done.SetException(e);
            }
        });
        return await done.Task;
    }

    public void Dispose()
    {
        jobs.Writer.TryComplete();
        thread.Join();
        session?.Dispose();
    }

    private void Run()
    {
        while (jobs.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (jobs.Reader.TryRead(out var job))
            {
                job();
            }
        }
    }
}
