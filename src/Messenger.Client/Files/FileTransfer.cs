using System.Security.Cryptography;
using System.Text.Json;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Messaging;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Files;

/// <summary>
/// Files on their way, sealed in chunks (CL-45): memory does not grow with them. What is sent is sealed into a folder of this device first, and from then on survives the
/// process: <see cref="Resume"/> goes on with it.
/// </summary>
/// <remarks>Refusals of the server are <see cref="RefusedException"/>, over HTTP too (FILE-9); a server that is silent for <see cref="ClientOptions.Timeout"/> is a
/// <see cref="TimeoutException"/>, and what is sealed waits for the next <see cref="Resume"/>.</remarks>
public sealed class FileTransfer : IDisposable
{
    /// <summary>Messages whose files wait to be sent; more are not accepted.</summary>
    public const int MostPending = 100;

    private readonly MessengerClient _client;
    private readonly Conversations _conversations;
    private readonly IProfileStore _store;
    private readonly string _folder;
    private readonly HttpChannel _http;
    private readonly TusUpload _tus;
    private readonly Downloads _downloads;
    private readonly Avatars _avatars;

    /// <summary>One message's files at a time: who sends ten videos wants the first one to arrive.</summary>
    private readonly SemaphoreSlim _sending = new(1);

    /// <param name="store">The one that the client was made with: what waits is remembered in it.</param>
    /// <param name="folder">For sealed files that wait, made if it is not there; this device's alone.</param>
    /// <param name="handler">What carries HTTP; null: the platform's. It stays the caller's.</param>
    public FileTransfer(MessengerClient client, Conversations conversations, IProfileStore store, string folder, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(conversations);
        ArgumentNullException.ThrowIfNull(store);
        (_client, _conversations, _store, _folder) = (client, conversations, store, Path.GetFullPath(folder));
        Directory.CreateDirectory(_folder);
        _http = new HttpChannel(client, handler);
        _tus = new TusUpload(_http, _folder);
        _downloads = new Downloads(client, _http);
        _avatars = new Avatars(_http);
    }

    /// <summary>Raised as bytes arrive at the other side, from whatever thread moved them.</summary>
    public event Action<TransferProgress>? Progressed;

    /// <summary>Uuids of messages whose files wait to be sent.</summary>
    public IReadOnlyList<string> Pending => [.. _store.Load().Files.Select(one => one.MessageUuid)];

    /// <summary>Sends a message with files. When it returns, the server has all of them.</summary>
    /// <param name="files">1 to 100, previews counted.</param>
    /// <param name="text">What goes with them; null: nothing.</param>
    /// <exception cref="InvalidOperationException">Too many files, or too many messages with files wait already: nothing was accepted.</exception>
    /// <exception cref="TimeoutException">It is accepted, and not all of it is sent: <see cref="Resume"/>.</exception>
    /// <exception cref="RefusedException">It is not sent, and nothing waits.</exception>
    public async Task<Message> Send(
        string conversation, IReadOnlyList<OutgoingFile> files, string? text = null, string? replyTo = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Count == 0 || files.Sum(file => file.Preview is null ? 1 : 2) > Limits.FilesOfMessage)
        {
            throw new InvalidOperationException($"a message takes 1 to {Limits.FilesOfMessage} files, previews counted");
        }

        await _sending.WaitAsync(cancellation);
        try
        {
            var waiting = await Accept(new MessageDraft(conversation, Guid.NewGuid().ToString(), replyTo, HasFiles: true), files, text, cancellation);
            return await Deliver(waiting, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends what earlier calls or processes left. To be called once there is a connection.</summary>
    /// <returns>The messages that are sent now, in the order in which they were accepted.</returns>
    /// <exception cref="RefusedException">The server takes one of them no more: it is dropped, the others wait for the next call.</exception>
    public async Task<IReadOnlyList<Message>> Resume(CancellationToken cancellation = default)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            DropStrays();
            List<Message> sent = [];
            foreach (var waiting in _store.Load().Files)
            {
                sent.Add(await Deliver(waiting, cancellation));
            }

            return sent;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The files of a message, previews among them.</summary>
    public async Task<IReadOnlyList<SharedFile>> List(Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var secret = await _conversations.KeyOf(message.ConversationUuid, message.SessionKeyUuid, cancellation);
        return await _downloads.List(message, secret, cancellation);
    }

    /// <summary>
    /// Fetches a file and opens it. The path has it, whole and authenticated, when this returns, and nothing before (CL-45). What was fetched before a cut stands beside it
    /// (<c>.part</c>), and a call with the same path goes on from there.
    /// </summary>
    /// <param name="path">A file that is there is replaced.</param>
    /// <exception cref="CryptographicException">It was changed, cut or extended, or belongs elsewhere: nothing of it is kept.</exception>
    public async Task Download(Message message, SharedFile file, string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(file);
        var secret = await _conversations.KeyOf(message.ConversationUuid, message.SessionKeyUuid, cancellation);
        await _downloads.Fetch(message, secret, file, path, done => Progressed?.Invoke(new TransferProgress(message.Uuid, file.SealedName, done, file.SealedBytes)), cancellation);
    }

    /// <summary>Sets this person's picture, or a conversation's; it is not encrypted (FILE-8).</summary>
    /// <param name="conversation">Null: one's own.</param>
    /// <param name="picture">At most 5 MiB; null: none any more.</param>
    /// <param name="mediaType">Such as <c>image/png</c>.</param>
    public Task SetAvatar(string? conversation, ReadOnlyMemory<byte>? picture, string mediaType = "image/jpeg", CancellationToken cancellation = default) =>
        _avatars.Set(conversation is null ? Avatars.OfUser(_client.UserId) : Avatars.OfConversation(conversation), picture, mediaType, cancellation);

    /// <summary>The picture of a person; null: there is none.</summary>
    public Task<byte[]?> AvatarOfUser(string user, CancellationToken cancellation = default) => _avatars.Get(Avatars.OfUser(user), cancellation);

    /// <summary>The picture of a conversation; null: there is none.</summary>
    public Task<byte[]?> AvatarOfConversation(string conversation, CancellationToken cancellation = default) =>
        _avatars.Get(Avatars.OfConversation(conversation), cancellation);

    public void Dispose()
    {
        _http.Dispose();
        _sending.Dispose();
    }

    /// <summary>Seals message and files, and remembers them: all of it, or nothing.</summary>
    private async Task<PendingFiles> Accept(MessageDraft draft, IReadOnlyList<OutgoingFile> files, string? text, CancellationToken cancellation)
    {
        if (_store.Load().Files.Count >= MostPending)
        {
            throw new InvalidOperationException($"{MostPending} messages with files wait to be sent: this one is not accepted");
        }

        var request = await _conversations.Seal(draft, text, cancellation);
        var secret = await _conversations.KeyOf(draft.Conversation, request.SessionKeyUuid, cancellation);
        List<PendingFile> pending = [];
        try
        {
            foreach (var file in files)
            {
                var name = Name(secret, request, file.Name, file.MediaType);
                if (file.Preview is { } preview)
                {
                    pending.Add(await Spool(secret, request, Name(secret, request, "preview", file.PreviewMediaType), preview, cancellation) with { PreviewOf = name });
                }

                pending.Add(await Spool(secret, request, name, file.Content, cancellation));
            }

            var waiting = new PendingFiles(
                draft.Conversation, draft.Uuid, JsonSerializer.Serialize(request, WireJson.Default.RequestAddMessage), [.. pending]);
            _store.Update(profile => profile with { Files = profile.Files.Add(waiting) });
            return waiting;
        }
        catch
        {
            Delete(pending);
            throw;
        }
    }

    private string Name(SessionSecret secret, RequestAddMessage request, string name, string type) =>
        secret.SealFileName(request.MessageUuid, request.SessionKeyUuid, _client.UserId, name, type);

    private async Task<PendingFile> Spool(SessionSecret secret, RequestAddMessage request, string sealedName, Stream content, CancellationToken cancellation)
    {
        var spooled = $"{Guid.NewGuid():N}.sealed";
        var path = Path.Combine(_folder, spooled);
        try
        {
            await using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await secret.SealFile(request.MessageUuid, request.SessionKeyUuid, _client.UserId, sealedName, content, target, cancellation);
            target.Flush(flushToDisk: true);
            return new PendingFile(spooled, sealedName, target.Length);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>The message first, then each file (FILE-4).</summary>
    private async Task<Message> Deliver(PendingFiles waiting, CancellationToken cancellation)
    {
        try
        {
            var request = JsonSerializer.Deserialize(waiting.Request, WireJson.Default.RequestAddMessage)!;
            var message = (await _client.Ask<ResponseAddedMessage>(request, cancellation)).Message;
            foreach (var file in waiting.Files.Where(file => !file.IsSent))
            {
                var preview = waiting.Files.FirstOrDefault(other => other.PreviewOf == file.SealedName)?.SealedName;
                await _tus.Send(
                    waiting, file, preview, began => Keep(waiting, began),
                    done => Progressed?.Invoke(new TransferProgress(waiting.MessageUuid, file.SealedName, done, file.Bytes)), cancellation);
                await Keep(waiting, file with { IsSent = true });
            }

            Drop(waiting);
            return message;
        }
        catch (RefusedException fault) when (fault.Error.Status is not (Statuses.Unavailable or Statuses.TooManyRequests or Statuses.Internal))
        {
            Drop(waiting);
            throw;
        }
        catch (FileNotFoundException)
        {
            Drop(waiting);
            throw;
        }
    }

    private Task Keep(PendingFiles waiting, PendingFile now)
    {
        _store.Update(profile =>
        {
            var at = profile.Files.FindIndex(one => one.MessageUuid == waiting.MessageUuid);
            var known = profile.Files[at];
            var file = known.Files.FindIndex(one => one.Spooled == now.Spooled);
            return profile with { Files = profile.Files.SetItem(at, known with { Files = known.Files.SetItem(file, now) }) };
        });
        return Task.CompletedTask;
    }

    private void Drop(PendingFiles waiting)
    {
        _store.Update(profile => profile with { Files = profile.Files.RemoveAll(one => one.MessageUuid == waiting.MessageUuid) });
        Delete(waiting.Files);
    }

    private void Delete(IEnumerable<PendingFile> files)
    {
        foreach (var file in files)
        {
            File.Delete(Path.Combine(_folder, file.Spooled));
        }
    }

    /// <summary>What a process left that died while it sealed.</summary>
    private void DropStrays()
    {
        var known = _store.Load().Files.SelectMany(one => one.Files).Select(file => file.Spooled).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(_folder, "*.sealed"))
        {
            if (!known.Contains(Path.GetFileName(path)))
            {
                File.Delete(path);
            }
        }
    }
}
