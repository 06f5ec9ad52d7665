using System.Security.Cryptography;
using Messenger.Client.Connections;
using Messenger.Client.Files;
using Messenger.Client.Messaging;
using Messenger.Protocol;

namespace Messenger.Client.Storage;

/// <summary>
/// A device that keeps its messages: what arrives is stored with the cursor, what is written is stored before it is sent, and is sent exactly once or reported as failed, over as
/// many processes as it takes. It reads the client's events itself.
/// </summary>
public sealed class Mailbox : IAsyncDisposable
{
    /// <summary>Conversations that are sent to at the same time (CL-12).</summary>
    private const int Lanes = 16;

    /// <summary>In a row: then it is a failure (CL-14).</summary>
    private const int MostInternals = 3;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly MessengerClient _client;
    private readonly Conversations _conversations;
    private readonly MessageStore _store;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _places = new(Lanes);
    private readonly Lock _lock = new();

    /// <summary>Lanes at work: never two at one lane.</summary>
    private readonly Dictionary<string, Task> _working = [];
    private Task _reading = Task.CompletedTask;

    /// <param name="store">The one that the client was made with: history and cursor are one transaction.</param>
    public Mailbox(MessengerClient client, Conversations conversations, MessageStore store)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(conversations);
        ArgumentNullException.ThrowIfNull(store);
        (_client, _conversations, _store) = (client, conversations, store);
    }

    /// <summary>What failed and has no caller: it is tried again with the next message or connection.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>Stores what comes and sends what waits, from now on.</summary>
    public void Start()
    {
        _client.Start();
        _reading = Task.Run(Read);
        SendWaiting();
    }

    /// <summary>Accepts a message: when it returns, the message survives the process.</summary>
    /// <exception cref="OutboxFullException">It is not accepted.</exception>
    public StoredMessage Write(string conversation, string text, string? replyTo = null)
    {
        var message = new StoredMessage(Guid.NewGuid().ToString(), conversation, _client.UserId, null, MessageState.Sending, null, text, null);
        _store.Accept(message, replyTo);
        SendWaiting();
        return message;
    }

    /// <summary>Sends a message with files and keeps it among the others. When it returns, the server has all of it; see <see cref="FileTransfer.Send"/> for what throws.</summary>
    public async Task<StoredMessage> SendFiles(
        FileTransfer transfer, string conversation, IReadOnlyList<OutgoingFile> files, string? text = null, string? replyTo = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transfer);
        var message = await transfer.Send(conversation, files, text, replyTo, cancellation);
        _store.Keep(message);
        return new StoredMessage(message.Uuid, conversation, message.UserId, message.Created, MessageState.Sent, null, text, message);
    }

    /// <summary>Sends the files that an earlier process left, and keeps their messages among the others.</summary>
    public async Task ResumeFiles(FileTransfer transfer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transfer);
        foreach (var message in await transfer.Resume(cancellation))
        {
            _store.Keep(message);
        }
    }

    /// <summary>What is stored, opened where there is a key: the newest, oldest first.</summary>
    public async Task<IReadOnlyList<StoredMessage>> Messages(string conversation, int size = int.MaxValue, CancellationToken cancellation = default)
    {
        List<StoredMessage> shown = [];
        foreach (var one in _store.Messages(conversation, size))
        {
            if (one is { Text: null, Message: { } message } && await _conversations.Open(message, cancellation) is { } text)
            {
                _store.Opened(one.Uuid, text);
                shown.Add(one with { Text = text });
            }
            else
            {
                shown.Add(one);
            }
        }

        return shown;
    }

    /// <summary>Completes when the server answers and nothing waits to be sent.</summary>
    public async Task Settled(CancellationToken cancellation = default)
    {
        while (true)
        {
            SendWaiting();
            await Task.WhenAll(Working()).WaitAsync(cancellation);
            try
            {
                await _client.Ask<ResponsePong>(new RequestPing(null, 0), cancellation);
                if (_store.Waiting == 0)
                {
                    return;
                }
            }
            catch (TimeoutException)
            {
                // There is no connection yet.
            }
        }
    }

    /// <summary>Ends reading and sending; the client is the caller's. What waits goes on with the next process.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll([_reading, .. Working()]);
        _places.Dispose();
        _stopping.Dispose();
    }

    private async Task Read()
    {
        try
        {
            while (await _client.Next(_stopping.Token) is { } happened)
            {
                switch (happened)
                {
                    case MessageArrived { Message: var message }:
                        _store.Arrived(message, _client.UserId);
                        break;
                    case Notified { Notification: DeleteMessageNotification deleted }:
                        _store.Deleted(deleted.ConversationUuid, deleted.MessageUuid);
                        break;
                    case ConversationGone { ConversationUuid: var gone }:
                        _store.Gone(gone);
                        break;
                }

                SendWaiting();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Disposed: what was not handled comes again.
        }
        catch (Exception fault)
        {
            // The store failed: nothing was handled, and the next process is given it again.
            Faulted?.Invoke(fault);
        }
    }

    private Task[] Working()
    {
        lock (_lock)
        {
            return [.. _working.Values];
        }
    }

    private void SendWaiting()
    {
        foreach (var lane in _store.Lanes())
        {
            lock (_lock)
            {
                // A lane that ends looks again after it has left: what was accepted meanwhile is sent.
                if (!_stopping.IsCancellationRequested && !_working.ContainsKey(lane))
                {
                    _working.Add(lane, Task.Run(() => Work(lane)));
                }
            }
        }
    }

    private async Task Work(string lane)
    {
        var isDone = false;
        try
        {
            await _places.WaitAsync(_stopping.Token);
            try
            {
                while (_store.First(lane) is { } entry)
                {
                    await Send(entry);
                }

                isDone = true;
            }
            finally
            {
                _places.Release();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Disposed: it stays in the store.
        }
        catch (ConnectionLostException)
        {
            // The client does not come back any more: it stays in the store.
        }
        catch (Exception fault)
        {
            Faulted?.Invoke(fault);
        }
        finally
        {
            lock (_lock)
            {
                _working.Remove(lane);
            }
        }

        if (isDone)
        {
            SendWaiting();
        }
    }

    private async Task Send(OutboxEntry entry)
    {
        for (var internals = 0; ;)
        {
            Error? error;
            try
            {
                error = entry.IsReceipt ? await Receipt(entry) : await Message(entry);
            }
            catch (TimeoutException)
            {
                continue; // CL-14: the entry stays, and the same bytes are sent again
            }
            catch (CryptographicException fault)
            {
                error = new Error(fault.Message, "");
            }
            catch (RefusedException fault)
            {
                error = fault.Error;
            }

            if (error is null)
            {
                return;
            }

            var passes = error.Status is Statuses.Unavailable or Statuses.TooManyRequests || (error.Status == Statuses.Internal && ++internals < MostInternals);
            if (!passes)
            {
                _store.Failed(entry, error.Status);
                return;
            }

            await Task.Delay(error.RetryAfter > 0 ? TimeSpan.FromSeconds(error.RetryAfter) : Again, _stopping.Token);
        }
    }

    private async Task<Error?> Receipt(OutboxEntry entry)
    {
        var answer = await _client.Try<ResponseStatusMessage>(new MessageDelivered(entry.Conversation, entry.MessageUuid), _stopping.Token);
        if (answer.Error is null)
        {
            _store.Done(entry, null);
        }

        return answer.Error;
    }

    private async Task<Error?> Message(OutboxEntry entry)
    {
        var request = entry.Request;
        if (request is null)
        {
            request = await _conversations.Seal(
                new MessageDraft(entry.Conversation, entry.MessageUuid, entry.ReplyTo), _store.TextOf(entry.MessageUuid) ?? "", _stopping.Token);
            _store.Seal(entry, request);
        }

        var answer = await _client.Try<ResponseAddedMessage>(request, _stopping.Token);
        if (answer.Value is { } added)
        {
            _store.Done(entry, added.Message);
        }

        return answer.Error;
    }
}
