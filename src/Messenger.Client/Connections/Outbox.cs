using Messenger.Protocol;

namespace Messenger.Client.Connections;

/// <summary>
/// Requests until they are answered, over as many connections as it takes: what has no answer when a connection ends goes again on the
/// next one, in the order it was asked.
/// </summary>
internal sealed class Outbox(TimeProvider timeProvider)
{
    /// <summary>Before a request that the server could not serve (<c>unavailable</c>) is sent again.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(300);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, Entry> _unanswered = [];
    private Connection? _connection;
    private Exception? _over;
    private long _last;

    /// <exception cref="TimeoutException">No answer in <paramref name="timeout"/>; it says what stood in the way.</exception>
    public async Task<Response> Ask(IRequest request, TimeSpan timeout, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var entry = new Entry(request);
        long number;
        lock (_lock)
        {
            if (_over is not null)
            {
                throw new ConnectionLostException("this client has ended", _over);
            }

            number = ++_last;
            _unanswered.Add(number, entry);
            if (_connection is { } connection)
            {
                entry.Trying = Try(entry, connection);
            }
        }

        try
        {
            return await entry.Answer.Task.WaitAsync(timeout, timeProvider, cancellation);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{request.GetType().Name} was not answered in {timeout.TotalSeconds:0} s: {entry.Obstacle}");
        }
        finally
        {
            lock (_lock)
            {
                _unanswered.Remove(number);
            }

            entry.Answer.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <summary>From here on requests go out on this connection; first those that wait for an answer.</summary>
    public void Open(Connection connection)
    {
        lock (_lock)
        {
            _connection = connection;
            foreach (var entry in _unanswered.Values)
            {
                entry.Trying = Try(entry, connection);
            }
        }
    }

    /// <summary>The connection has ended: what is unanswered waits for the next.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _connection = null;
        }
    }

    /// <summary>There will be no further connection.</summary>
    public void End(Exception reason)
    {
        lock (_lock)
        {
            _connection = null;
            _over = reason;
            foreach (var entry in _unanswered.Values)
            {
                entry.Answer.TrySetException(new ConnectionLostException("this client has ended", reason));
            }
        }
    }

    /// <summary>Runs to the first wait at once, so that calls in a row reach the wire in that order. Never faults.</summary>
    private async Task Try(Entry entry, Connection connection)
    {
        try
        {
            while (!entry.Answer.Task.IsCompleted && ReferenceEquals(connection, Volatile.Read(ref _connection)))
            {
                entry.Obstacle = "the server is connected and silent";
                var reply = await connection.Send(entry.Request);
                if (reply.Error is not { Status: Statuses.Unavailable } error)
                {
                    entry.Answer.TrySetResult(reply);
                    return;
                }

                entry.Obstacle = $"the server is unavailable ({error.Description})";
                await Task.Delay(error.RetryAfter > 0 ? TimeSpan.FromSeconds(error.RetryAfter) : RetryPause, timeProvider);
            }
        }
        catch (ConnectionLostException)
        {
            entry.Obstacle = "the connection was lost";
        }
        catch (Exception fault)
        {
            // A request that cannot be written, an answer that cannot be read: its asker's affair.
            entry.Answer.TrySetException(fault);
        }
    }

    private sealed class Entry(IRequest request)
    {
        public IRequest Request => request;

        public TaskCompletionSource<Response> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What stands between the request and its answer.</summary>
        public volatile string Obstacle = "there is no connection";

        /// <summary>The try that is under way; it ends with its connection.</summary>
        public Task Trying { get; set; } = Task.CompletedTask;
    }
}
