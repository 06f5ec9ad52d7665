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

    private readonly Channel<Action> _jobs = Channel.CreateBounded<Action>(new BoundedChannelOptions(QueuedJobs) { SingleReader = true });
    private readonly string _connectionString;
    private readonly Thread _thread;
    private SqliteSession? _session;

    public SqliteWriteThread(string connectionString)
    {
        _connectionString = connectionString;
        _thread = new Thread(Run) { IsBackground = true, Name = "sqlite writer" };
        _thread.UnsafeStart();
    }

    /// <summary>Runs a job on the thread; its exception is the caller's, and costs the connection.</summary>
    public async Task<T> Run<T>(Func<SqliteSession, T> job)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _jobs.Writer.WriteAsync(() =>
        {
            try
            {
                _session ??= new SqliteSession(_connectionString, writes: true);
                done.SetResult(job(_session));
            }
#pragma warning disable CA1031 // Handed to the caller.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _session?.Dispose();
                _session = null;
                done.SetException(e);
            }
        });
        return await done.Task;
    }

    public void Dispose()
    {
        _jobs.Writer.TryComplete();
        _thread.Join();
        _session?.Dispose();
    }

    private void Run()
    {
        while (_jobs.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_jobs.Reader.TryRead(out var job))
            {
                job();
            }
        }
    }
}
