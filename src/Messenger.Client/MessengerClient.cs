using System.Runtime.CompilerServices;
using Messenger.Client.Connections;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>
/// One device that stays connected: it comes back after a cut, resumes where it was, reads anew what it cannot resume, and sends again
/// what was not answered.
/// </summary>
/// <remarks>
/// Each message reaches the application once, whatever happens to the connection. An event counts as handled when the application asks for
/// the next one: a process that dies before is given it again by the next process with the same profile.
/// </remarks>
public sealed class MessengerClient : IAsyncDisposable
{
    private readonly ClientOptions _options;
    private readonly EventQueue _events;
    private readonly Outbox _outbox;
    private readonly Supervisor _supervisor;

    /// <param name="profile">Of a registered application: see <see cref="Account"/>.</param>
    public MessengerClient(Uri url, IProfileStore profile, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(profile);
        var me = profile.Load();
        if (me is not { Phone: { } phone, ApplicationUuid: { } application })
        {
            throw new InvalidOperationException("This profile is not registered: register it first");
        }

        _options = options ?? new();
        (Url, ApplicationUuid, UserId) = (url, application, UserIds.FromPhone(phone));
        _events = new EventQueue(profile, _options.EventBound);
        _outbox = new Outbox(_options.Clock);
        _supervisor = new Supervisor(url, UserId, application, _options, _events, _outbox);
    }

    /// <summary>Whose device this is.</summary>
    public string UserId { get; }

    /// <summary>The server's WebSocket.</summary>
    internal Uri Url { get; }

    /// <summary>This device's credential.</summary>
    internal string ApplicationUuid { get; }

    internal ClientOptions Options => _options;

    /// <summary>What arrives, as it arrives and before the application gets it; null: much may have changed (everything is read anew).</summary>
    internal event Action<INotification?> Noticed
    {
        add => _supervisor.Noticed += value;
        remove => _supervisor.Noticed -= value;
    }

    /// <summary>How far a conversation was read on this device; null: never.</summary>
    internal Mark? Seen(string conversation) => _events.Seen(conversation);

    /// <summary>Connects, and stays connected until it is disposed or sent away (4001, 4003).</summary>
    public void Start() => _supervisor.Start();

    /// <summary>As <see cref="Start"/>, and waits for the first connection to be authenticated.</summary>
    /// <exception cref="RefusedException">The server refused this application.</exception>
    /// <exception cref="System.Net.WebSockets.WebSocketException">Nobody answers there. The client tries on until it is disposed.</exception>
    /// <exception cref="TimeoutException">Nobody answers in <see cref="ClientOptions.ConnectTimeout"/>. The client tries on until it is disposed.</exception>
    public Task Connect(CancellationToken cancellation = default)
    {
        Start();
        return _supervisor.FirstLogin.WaitAsync(cancellation);
    }

    /// <summary>The next event; null when the client does not come back any more. By asking, the one before is handled. One caller at a time.</summary>
    public ValueTask<ClientEvent?> Next(CancellationToken cancellation = default) => _events.Next(cancellation);

    /// <summary>All events as they happen: <see cref="Next"/> in a row.</summary>
    public async IAsyncEnumerable<ClientEvent> Events([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (await Next(cancellation) is { } happened)
        {
            yield return happened;
        }
    }

    /// <summary>
    /// Sends a request until it is answered, over as many connections as it takes, and gives its response or the refusal. Repeating is safe:
    /// it is the same request with the same uuids.
    /// </summary>
    /// <remarks>
    /// Requests that one thread starts one after another are sent, and sent again, in that order. One that the server answers
    /// <c>unavailable</c> is sent again after those that followed it: who needs more order awaits.
    /// </remarks>
    /// <exception cref="TimeoutException">No answer in <see cref="ClientOptions.Timeout"/>; it says why. The request may have taken effect.</exception>
    /// <exception cref="ConnectionLostException">The client does not come back any more. The request may have taken effect.</exception>
    public async Task<Result<TResponse>> Try<TResponse>(IRequest request, CancellationToken cancellation = default)
        where TResponse : class
    {
        if (request is RequestAddMessage message)
        {
            _events.Sent(message.MessageUuid);
        }

        return (await _outbox.Ask(request, _options.Timeout, cancellation)).ToResult<TResponse>();
    }

    /// <summary>As <see cref="Try"/>, a refusal being thrown.</summary>
    /// <exception cref="RefusedException">The server refused.</exception>
    /// <exception cref="TimeoutException">No answer in <see cref="ClientOptions.Timeout"/>; it says why. The request may have taken effect.</exception>
    /// <exception cref="ConnectionLostException">The client does not come back any more. The request may have taken effect.</exception>
    public async Task<TResponse> Ask<TResponse>(IRequest request, CancellationToken cancellation = default)
        where TResponse : class
    {
        var answer = await Try<TResponse>(request, cancellation);
        return answer.Value ?? throw new RefusedException(answer.Error!);
    }

    /// <summary>Closes the connection. What was not handled comes again, to the next client with this profile.</summary>
    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        _events.Save();
    }
}
