namespace Messenger.Conformance.Phones;

/// <summary>The notifications of a connection, each taken once by the test that waits for it.</summary>
public sealed class Inbox
{
    private readonly Lock _lock = new();
    private readonly List<Notified> _waiting = [];
    private readonly List<Response> _strays = [];
    private TaskCompletionSource _changed = New();
    private bool _closed;

    /// <summary>Takes the first notification of this type that matches; waits for it if it is not there yet.</summary>
    public async Task<Notified> Take(string type, Func<Notified, bool> matches)
    {
        using var deadline = new CancellationTokenSource(Timeouts.Frame);
        return await Await(() => _waiting.Find(item => item.Type == type && matches(item)) is { } found && _waiting.Remove(found) ? found : null, type, deadline.Token);
    }

    /// <summary>Takes all notifications of this type that have come; waits for the first, however long it takes.</summary>
    public Task<List<Notified>> TakeAll(string type, CancellationToken stop) => Await(
        () =>
        {
            var found = _waiting.FindAll(item => item.Type == type);
            _waiting.RemoveAll(item => item.Type == type);
            return found.Count > 0 ? found : null;
        },
        type,
        stop,
        own: false);

    /// <summary>Takes the next answer that had no id.</summary>
    public async Task<Response> TakeStray()
    {
        using var deadline = new CancellationTokenSource(Timeouts.Frame);
        return await Await(
            () =>
            {
                var first = _strays.FirstOrDefault();
                return first is not null && _strays.Remove(first) ? first : null;
            },
            "an answer without id",
            deadline.Token);
    }

    /// <summary>What came and was not taken. Meaningful after something that must have come later.</summary>
    public IReadOnlyList<Notified> Left(string type)
    {
        lock (_lock)
        {
            return [.. _waiting.Where(item => item.Type == type)];
        }
    }

    public void Add(Notified notified)
    {
        lock (_lock)
        {
            _waiting.Add(notified);
            Change();
        }
    }

    public void AddStray(Response reply)
    {
        lock (_lock)
        {
            _strays.Add(reply);
            Change();
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Change();
        }
    }

    private async Task<T> Await<T>(Func<T?> take, string what, CancellationToken deadline, bool own = true)
        where T : class
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (take() is { } taken)
                {
                    return taken;
                }

                if (_closed)
                {
                    throw new ConnectionBrokenException($"the connection ended before {what}; there were {Summary()}");
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline);
            }
            catch (OperationCanceledException) when (own)
            {
                throw new TimeoutException($"{what} did not come; there were {Summary()}");
            }
        }
    }

    private string Summary() =>
        _waiting.Count == 0 ? "none" : string.Join(", ", _waiting.TakeLast(20).Select(item => $"{item.Type} {item.Payload.GetRawText()}"));

    private void Change()
    {
        _changed.SetResult();
        _changed = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
