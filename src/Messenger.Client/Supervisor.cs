using System.Net.WebSockets;
using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>Keeps a device connected: open, authenticate, catch up, listen, and after the end all over again.</summary>
internal sealed class Supervisor(Uri url, string userId, string application, ClientOptions options, EventQueue events, Outbox outbox) : IAsyncDisposable
{
    /// <summary>The <c>description</c> of a login whose cursor cannot be continued.</summary>
    private const string Resync = "resync";

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _firstLogin = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;

    /// <summary>When the present connection was authenticated.</summary>
    private long? _loggedIn;

    /// <summary>Each notification when it is read; null when everything is read anew.</summary>
    public event Action<INotification?>? Noticed;

    /// <summary>Completes with the first login, or faults with what came between.</summary>
    public Task FirstLogin => _firstLogin.Task;

    public void Start() => _running ??= Task.Run(Run);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await (_running ?? Task.CompletedTask);
        _stopping.Dispose();
    }

    private async Task Run()
    {
        Exception? reason = null;
        var (failed, brief) = (0, 0);
        try
        {
            while (true)
            {
                _loggedIn = null;
                var ending = await Live();

                // Both count in a row: connections that did not come to a login, and those that did and did not last.
                failed = _loggedIn is null ? failed : 0;
                brief = _loggedIn is { } since && options.Clock.GetElapsedTime(since) >= options.Lasting ? 0 : brief;
                _firstLogin.TrySetException(ending.Fault ?? new ConnectionLostException($"the server ended the connection: {ending}"));
                var pause = Backoff.After(ending, failed + brief, options.Jitter());
                (failed, brief) = _loggedIn is null ? (failed + 1, brief) : (failed, brief + 1);
                events.QueueIfRoom(new Offline(ending, pause));
                if (pause is not { } wait)
                {
                    reason = new ConnectionLostException($"the server ended this session: {ending}", ending.Fault);
                    break;
                }

                await Task.Delay(wait, options.Clock, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            reason = new ConnectionLostException("this client was disposed");
        }
        catch (Exception fault)
        {
            // Nothing here throws what is not foreseen; if it does, whoever waits is told.
            reason = fault;
            events.Complete(fault);
        }

        _firstLogin.TrySetException(reason);
        _ = _firstLogin.Task.Exception;
        outbox.End(reason);
        events.Complete(null);
    }

    /// <summary>One connection from its opening to its end.</summary>
    private async Task<Ending> Live()
    {
        Connection connection;
        try
        {
            connection = await InTime(cancellation => Connection.Open(url, cancellation), $"{url} did not open a connection");
        }
        catch (Exception fault) when (fault is WebSocketException or HttpRequestException or IOException or TimeoutException)
        {
            return new Ending(null, null, fault);
        }

        await using (connection)
        {
            try
            {
                var missing = await LogIn(connection);
                _loggedIn = options.Clock.GetTimestamp();
                outbox.Open(connection);
                _firstLogin.TrySetResult();
                return await Listen(connection, missing);
            }
            catch (Exception fault) when (fault is ConnectionLostException)
            {
                return await connection.Ended;
            }
            catch (Exception fault) when (fault is RefusedException or ProtocolException or TimeoutException)
            {
                return new Ending(null, null, fault);
            }
            catch (NotificationsDroppedException fault)
            {
                return new Ending((int)CloseCode.TooSlow, fault.Message, fault);
            }
            finally
            {
                outbox.Close();
            }
        }
    }

    /// <returns>Whether the server cannot give what was missed: it is to be read anew.</returns>
    private async Task<bool> LogIn(Connection connection)
    {
        var request = new RequestAuthenticationByApplication(userId, application, events.Cursor, [.. options.Features]);
        var answer = await InTime(cancellation => connection.Ask<ResponseStatusMessage>(request, cancellation), "the server did not answer the login");
        return request.ResumeCursor is null || answer.Description == Resync;
    }

    /// <summary>
    /// Hands over what comes, until the connection ends. Then nothing more of it is taken: what an application that is behind has not got
    /// comes again on the next connection, which must not wait for that.
    /// </summary>
    private async Task<Ending> Listen(Connection connection, bool missing)
    {
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var handing = DeliverEvents(connection, missing, listening.Token);
        await Task.WhenAny(handing, connection.Ended);
        if (!handing.IsCompleted)
        {
            await listening.CancelAsync();
        }

        try
        {
            await handing;
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            // Cut short by the end of the connection.
        }

        return await connection.Ended;
    }

    private async Task DeliverEvents(Connection connection, bool missing, CancellationToken cancellation)
    {
        if (missing)
        {
            Noticed?.Invoke(null);
            await new CatchUp(connection, events, options.Features.Contains("sync"), cancellation).Run();
        }

        await events.Queue(new Online(missing), cursor: null, cancellation);
        await foreach (var received in connection.Notifications.ReadAllAsync(cancellation))
        {
            var notification = received.Read();
            if (notification is not null)
            {
                Noticed?.Invoke(notification);
            }

            if (notification is NotificationAddedMessageToConversation added)
            {
                await events.Queue(added.Message, received.Cursor, cancellation);
            }
            else if (Gone(notification) is { } conversation)
            {
                await events.QueueGone(conversation, notification, received.Cursor, cancellation);
            }
            else if (notification is not null)
            {
                await events.Queue(new Notified(notification), received.Cursor, cancellation);
            }
        }
    }

    /// <returns>The conversation that this person loses by it; null: none.</returns>
    private string? Gone(INotification? notification) => notification switch
    {
        NotificationConversationDeleted deleted => deleted.Uuid,
        NotificationConversationLeaved left when left.UserId == userId => left.Uuid,
        _ => null,
    };

    private async Task<T> InTime<T>(Func<CancellationToken, Task<T>> action, string what)
    {
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            return await action(either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"{what} in {options.ConnectTimeout.TotalSeconds:0} s");
        }
    }
}
