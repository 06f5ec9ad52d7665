using System.Net.WebSockets;
using System.Threading.Channels;
using Messenger.Client.Connections;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>
/// One device that stays connected: it comes back after a cut, resumes where it was, reads anew what it cannot resume, and sends again
/// what was not answered.
/// </summary>
/// <remarks>
/// Each message reaches the application once, whatever happens to the connection: the newest one of each conversation is kept in the
/// profile together with the cursor.
/// </remarks>
public sealed class MessengerClient : IAsyncDisposable
{
    /// <summary>A request that found no answer in so long is given up: its owner has stopped waiting.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Between two tries of one request.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(300);

    /// <summary>Events that wait for the application; past that the socket waits too.</summary>
    private const int EventBound = 1024;

    private readonly Uri _url;
    private readonly IProfileStore _store;
    private readonly TimeProvider _clock;
    private readonly Channel<ClientEvent> _events = Channel.CreateBounded<ClientEvent>(EventBound);
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource<Connection> _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProfileData _profile;
    private Task _running = Task.CompletedTask;

    /// <param name="profile">Of a registered application: see <see cref="Account"/>.</param>
    public MessengerClient(Uri url, IProfileStore profile, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        (_url, _store, _clock) = (url, profile, clock ?? TimeProvider.System);
        _profile = profile.Load();
        UserId = UserIds.FromPhone(_profile.Phone ?? throw new InvalidOperationException("this profile is not registered"));
    }

    public string UserId { get; }

    /// <summary>What happens, in order. Completes when the client does not come back any more.</summary>
    public ChannelReader<ClientEvent> Events => _events.Reader;

    /// <summary>Connects, and stays connected until it is disposed or sent away (4001, 4003).</summary>
    public void Start() => _running = Run(_stopping.Token);

    /// <summary>Sends a request until it is answered, over as many connections as it takes. Retrying is safe: the uuids stay the same.</summary>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="TimeoutException">No answer in <see cref="Patience"/>.</exception>
    public async Task<TResponse> Ask<TResponse>(IRequest request, CancellationToken cancellation = default)
        where TResponse : class
    {
        var started = _clock.GetTimestamp();
        while (true)
        {
            var left = Patience - _clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException($"{request?.GetType().Name} was not answered in {Patience.TotalSeconds} s");
            }

            var connection = await _connection.Task.WaitAsync(left, _clock, cancellation).ConfigureAwait(false);
            try
            {
                return await connection.Ask<TResponse>(request!, cancellation).WaitAsync(left, _clock, cancellation).ConfigureAwait(false);
            }
            catch (Exception passing) when (passing is ConnectionLostException or RefusedException { Refusal.Status: Statuses.Unavailable })
            {
                await Task.Delay(RetryPause, _clock, cancellation).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task Run(CancellationToken stopping)
    {
        var attempt = 0;
        try
        {
            while (true)
            {
                var (ending, worked) = await Live(stopping).ConfigureAwait(false);
                attempt = worked ? 0 : attempt + 1;
                var pause = Backoff.After(ending, attempt, Random.Shared.NextDouble());
                await _events.Writer.WriteAsync(new Offline(ending, pause), stopping).ConfigureAwait(false);
                if (pause is not { } wait)
                {
                    break;
                }

                await Task.Delay(wait, _clock, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Disposed.
        }

        _events.Writer.TryComplete();
        _connection.TrySetException(new ConnectionLostException("this client has ended"));
        _ = _connection.Task.Exception;
    }

    /// <summary>One connection from its opening to its end; whether it came as far as being authenticated.</summary>
    private async Task<(Ending Ending, bool Worked)> Live(CancellationToken stopping)
    {
        Connection connection;
        try
        {
            connection = await Connection.Open(_url, stopping).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is WebSocketException or HttpRequestException or IOException)
        {
            return (new Ending(null, null, fault), false);
        }

        await using (connection.ConfigureAwait(false))
        {
            try
            {
                var request = new RequestAuthenticationByApplication(UserId, _profile.ApplicationUuid!, _profile.Cursor);
                var answer = await connection.Ask<ResponseStatusMessage>(request, stopping).ConfigureAwait(false);
                var resync = answer.Description == "resync" || _profile.Cursor is null;
                if (resync)
                {
                    await ReadAnew(connection, stopping).ConfigureAwait(false);
                }

                _connection.TrySetResult(connection);
                await _events.Writer.WriteAsync(new Online(resync), stopping).ConfigureAwait(false);
                await foreach (var received in connection.Notifications.ReadAllAsync(stopping).ConfigureAwait(false))
                {
                    await Take(received, stopping).ConfigureAwait(false);
                }

                return (await connection.Ended.ConfigureAwait(false), true);
            }
            catch (ConnectionLostException)
            {
                return (await connection.Ended.ConfigureAwait(false), false);
            }
            catch (RefusedException refused) when (refused.Refusal.Status != Statuses.Unauthenticated)
            {
                return (new Ending(null, refused.Message, refused), false);
            }
            catch (RefusedException refused)
            {
                // The credential is void: coming back would change nothing.
                return (new Ending((int)CloseCode.Deleted, refused.Message, refused), false);
            }
            finally
            {
                if (_connection.Task.IsCompleted)
                {
                    _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }

    private async Task Take(Received received, CancellationToken stopping)
    {
        var notification = received.Read();
        if (notification is NotificationAddedMessageToConversation added)
        {
            await Arrive(added.Message, stopping).ConfigureAwait(false);
        }
        else if (notification is not null)
        {
            await _events.Writer.WriteAsync(new Notified(notification), stopping).ConfigureAwait(false);
        }

        if (received.Cursor is not null)
        {
            Save(_profile with { Cursor = received.Cursor });
        }
    }

    /// <summary>Hands a message over unless it was: inside a conversation <c>created</c> strictly increases.</summary>
    private async Task Arrive(Message message, CancellationToken stopping)
    {
        var conversation = message.ConversationUuid.ToUpperInvariant();
        if (_profile.Seen.TryGetValue(conversation, out var seen) && message.Created <= seen.Created)
        {
            return;
        }

        await _events.Writer.WriteAsync(new MessageArrived(message), stopping).ConfigureAwait(false);
        Save(_profile with { Seen = new Dictionary<string, Mark>(_profile.Seen) { [conversation] = new(message.Uuid, message.Created) } });
    }

    /// <summary>The way back after a long absence: every conversation from the newest message that was seen in it.</summary>
    private async Task ReadAnew(Connection connection, CancellationToken stopping)
    {
        var all = await connection.Ask<ResponseGetConversationsFull>(new RequestGetConversationsFull(null), stopping).ConfigureAwait(false);
        foreach (var conversation in all.Conversations)
        {
            var anchor = _profile.Seen.GetValueOrDefault(conversation.Uuid.ToUpperInvariant())?.Uuid;
            Message[] page;
            do
            {
                var request = new RequestGetMessages(conversation.Uuid, anchor, Limits.Page);
                page = (await connection.Ask<ResponseGetMessages>(request, stopping).ConfigureAwait(false)).Messages;
                foreach (var message in page.Reverse())
                {
                    await Arrive(message, stopping).ConfigureAwait(false);
                }

                anchor = page.Length > 0 ? page[0].Uuid : anchor;
            }
            while (page.Length == Limits.Page);
        }
    }

    private void Save(ProfileData profile)
    {
        _profile = profile;
        _store.Save(profile);
    }
}
