using System.Collections.Concurrent;
using System.Security.Cryptography;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client;

/// <summary>Talking: what goes out is sealed here, what comes in is opened here. The server gets ciphertext alone.</summary>
public sealed class Conversations(MessengerClient client, KeyPair keys, IProfileStore store)
{
    private readonly ConcurrentDictionary<(string Conversation, string Key), SessionSecret> _secrets = new();

    /// <summary>Raised when somebody's key is not the one that was seen first; the new one is used from then on.</summary>
    public event Action<string>? KeyChanged;

    /// <summary>Starts a dialog, or a group when several are named.</summary>
    /// <returns>The conversation's uuid.</returns>
    /// <exception cref="InvalidOperationException">Somebody has no keys yet.</exception>
    public async Task<string> Create(IReadOnlyCollection<string> others, string? title, string? nick, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(others);
        var (uuid, key) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var secret = SessionSecret.Create(uuid);
        var signature = secret.Sign(keys);
        var pair = store.Load().KeyPairUuid;
        var wrapped = new Dictionary<string, string>();
        foreach (var other in others)
        {
            wrapped[other] = secret.WrapFor(other, await PublicKey(other, cancellation).ConfigureAwait(false), signature, client.UserId, pair).KeyEncryptedBase64;
        }

        var own = secret.WrapFor(client.UserId, keys.PublicKey, signature, client.UserId, pair);
        var dialog = others.Count == 1;
        await client.Ask<ResponseCreateConversation>(
            new RequestCreateConversationFull(
                dialog ? wrapped : null, uuid, dialog, dialog ? null : wrapped, nick is null ? null : secret.SealLabel(key, nick), key, own,
                title is null ? null : secret.SealLabel(key, title)),
            cancellation).ConfigureAwait(false);
        _secrets[(uuid, key)] = secret;
        return uuid;
    }

    public async Task<Message> Send(string conversation, string text, CancellationToken cancellation = default)
    {
        var full = await client.Ask<ResponseGetConversationFull>(new RequestGetConversationFull(conversation, null), cancellation).ConfigureAwait(false);
        var key = full.Conversation.SessionKeyUuid;
        var secret = await Secret(conversation, key, cancellation).ConfigureAwait(false);
        var uuid = Guid.NewGuid().ToString();
        var body = secret.SealBody(uuid, key, client.UserId, text);
        var answer = await client.Ask<ResponseAddedMessage>(
            new RequestAddMessage(body.BodyBase64, conversation, false, body.IvBase64, uuid, null, key), cancellation).ConfigureAwait(false);
        return answer.Message;
    }

    /// <summary>What a message says; null for an event, a deleted message, or one of files alone.</summary>
    /// <exception cref="CryptographicException">It, or its session key, is not what its author made.</exception>
    public async Task<string?> Open(Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.BodyEncryptedBase64 is null
            ? null
            : (await Secret(message.ConversationUuid, message.SessionKeyUuid, cancellation).ConfigureAwait(false)).OpenBody(message);
    }

    public Task MarkDelivered(Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return client.Ask<ResponseStatusMessage>(new MessageDelivered(message.ConversationUuid, message.Uuid), cancellation);
    }

    public Task MarkRead(Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return client.Ask<ResponseStatusMessage>(new RequestMessagesReaded(message.ConversationUuid, [message.Uuid]), cancellation);
    }

    /// <summary>The newest messages, oldest first.</summary>
    public async Task<IReadOnlyList<Message>> History(string conversation, int size, CancellationToken cancellation = default) =>
        [.. (await client.Ask<ResponseGetMessages>(new RequestGetMessages(conversation, null, size), cancellation).ConfigureAwait(false)).Messages.Reverse()];

    /// <summary>A new session key for everyone who is a member now.</summary>
    public async Task Rekey(string conversation, CancellationToken cancellation = default)
    {
        var list = await client.Ask<ResponseGetMembersList>(new RequestGetMembersList(conversation), cancellation).ConfigureAwait(false);
        var secret = SessionSecret.Create(conversation);
        var signature = secret.Sign(keys);
        var pair = store.Load().KeyPairUuid;
        List<SessionKeyValue> values = [];
        foreach (var user in list.Admins.Concat(list.Members))
        {
            values.Add(secret.WrapFor(user, await PublicKey(user, cancellation).ConfigureAwait(false), signature, client.UserId, pair));
        }

        var made = await client.Ask<ResponseAddedSessionKey>(new RequestAddNewSessionKeys(conversation, [.. values]), cancellation).ConfigureAwait(false);
        _secrets[(conversation, made.SessionKeyUuid)] = secret;
    }

    private async Task<SessionSecret> Secret(string conversation, string key, CancellationToken cancellation)
    {
        if (_secrets.TryGetValue((conversation, key), out var known))
        {
            return known;
        }

        var wrapped = await client.Ask<ResponseSessionKeyByUuid>(new RequestGetSessionKey(conversation, key), cancellation).ConfigureAwait(false);
        var signer = wrapped.SessionKey.SignerUserId ?? throw new CryptographicException("a session key without a signer is not used");
        var secret = SessionSecret.Open(wrapped.SessionKey, keys, await PublicKey(signer, cancellation).ConfigureAwait(false));
        return _secrets.GetOrAdd((conversation, key), secret);
    }

    /// <summary>Somebody's public key; the first one seen is remembered, another one is told.</summary>
    private async Task<string> PublicKey(string user, CancellationToken cancellation)
    {
        if (user == client.UserId)
        {
            return keys.PublicKey;
        }

        var info = await client.Ask<ResponseUserInfo>(new RequestGetUserInfo(user), cancellation).ConfigureAwait(false);
        var key = info.User.PublicKeyBase64 ?? throw new InvalidOperationException("this person has no keys yet");
        var (profile, fingerprint) = (store.Load(), PublicKeys.Fingerprint(key));
        if (profile.Fingerprints.GetValueOrDefault(user) is { } first && first != fingerprint)
        {
            KeyChanged?.Invoke(user);
        }

        if (profile.Fingerprints.GetValueOrDefault(user) != fingerprint)
        {
            store.Save(profile with { Fingerprints = new Dictionary<string, string>(profile.Fingerprints) { [user] = fingerprint } });
        }

        return key;
    }
}
