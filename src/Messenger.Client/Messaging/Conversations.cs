using System.Security.Cryptography;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Messaging;

/// <summary>Talking: what goes out is sealed here, what comes in is opened here. The server gets ciphertext alone.</summary>
/// <remarks>Besides what is said, all methods throw as <see cref="MessengerClient.Ask"/> does.</remarks>
public sealed class Conversations : IDisposable
{
    private readonly MessengerClient _client;
    private readonly KeyPair _own;
    private readonly IProfileStore _store;
    private readonly Trust _trust;
    private readonly SessionKeys _keys;

    public Conversations(MessengerClient client, KeyPair keys, IProfileStore store)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _own, _store) = (client, keys, store);
        _trust = new Trust(client, keys, store);
        _keys = new SessionKeys(client, keys, _trust);
    }

    /// <summary>Raised when somebody's key is not the one that was seen before; the new one is used from then on.</summary>
    public event Action<KeyChange>? KeyChanged
    {
        add => _trust.KeyChanged += value;
        remove => _trust.KeyChanged -= value;
    }

    /// <summary>Starts a dialog, or a group when several are named.</summary>
    /// <param name="others">User ids, without one's own.</param>
    /// <returns>The conversation's uuid.</returns>
    /// <exception cref="InvalidOperationException">Somebody has no keys yet.</exception>
    public async Task<string> Create(IReadOnlyCollection<string> others, string? title = null, string? nick = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(others);
        var publicKeys = await _trust.Current(others, cancellation);
        var (uuid, key) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var secret = SessionSecret.Create(uuid);
        var wrapped = publicKeys.ToDictionary(one => one.Key, one => secret.WrapFor(one.Value));
        var dialog = others.Count == 1;
        await _client.Ask<ResponseCreateConversation>(
            new RequestCreateConversationFull(
                Admins: dialog ? wrapped : [],
                uuid,
                dialog,
                Members: dialog ? [] : wrapped,
                nick is null ? null : secret.SealNick(key, _client.UserId, nick),
                key,
                Value(secret, _client.UserId, _own.PublicKey, secret.Sign(_own)),
                title is null ? null : secret.SealTitle(key, title)),
            cancellation);
        _keys.Keep(uuid, key, secret);
        return uuid;
    }

    /// <summary>The dialog with somebody; made if there is none.</summary>
    public async Task<string> Dialog(string other, string? nick = null, CancellationToken cancellation = default)
    {
        if (other == _client.UserId)
        {
            // It is in every dialog: whichever came first would get what was meant for nobody.
            throw new InvalidOperationException("That is your own number: a dialog is with somebody else");
        }

        var all = await _client.Ask<ResponseGetConversationsFull>(new RequestGetConversationsFull(null), cancellation);
        var known = all.Conversations.FirstOrDefault(one => one.IsDialog && one.Admins.Contains(other));
        return known?.Uuid ?? await Create([other], null, nick, cancellation);
    }

    /// <summary>Seals and sends. When it returns, the message is on the server's disk.</summary>
    /// <exception cref="CryptographicException">There is no key that may be used: <see cref="Rekey"/>.</exception>
    public async Task<Message> Send(string conversation, string text, string? replyTo = null, CancellationToken cancellation = default)
    {
        var key = await _keys.Current(conversation, cancellation);
        var uuid = Guid.NewGuid().ToString();
        var body = key.Secret.SealBody(uuid, key.Uuid, _client.UserId, text);
        var answer = await _client.Ask<ResponseAddedMessage>(
            new RequestAddMessage(body.BodyBase64, conversation, HasFiles: false, body.IvBase64, uuid, replyTo, key.Uuid), cancellation);
        return answer.Message;
    }

    /// <summary>What a message says; null for an event, a deleted message, or one of files alone.</summary>
    /// <exception cref="CryptographicException">It, or its session key, is not what its author made.</exception>
    public async Task<string?> Open(Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.BodyEncryptedBase64 is null
            ? null
            : (await _keys.Get(message.ConversationUuid, message.SessionKeyUuid, cancellation)).OpenBody(message);
    }

    /// <summary>A conversation's title; null where it has none.</summary>
    /// <exception cref="CryptographicException">It is not what a member made of it.</exception>
    /// <exception cref="FormatException">It is no label.</exception>
    public async Task<string?> OpenTitle(Conversation conversation, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        return conversation.Title is { } title ? (await KeyOf(conversation.Uuid, title, cancellation)).OpenTitle(title) : null;
    }

    /// <summary>The nicks of those members who have set one: user → nick.</summary>
    /// <exception cref="CryptographicException">One is not what its owner made.</exception>
    /// <exception cref="FormatException">One is no label.</exception>
    public async Task<IReadOnlyDictionary<string, string>> Nicks(string conversation, CancellationToken cancellation = default)
    {
        var sealedNicks = (await _client.Ask<NicksList>(new GetNicks(conversation), cancellation)).Nicks;
        var nicks = new Dictionary<string, string>();
        foreach (var (user, nick) in sealedNicks)
        {
            nicks[user] = (await KeyOf(conversation, nick, cancellation)).OpenNick(nick, user);
        }

        return nicks;
    }

    public Task MarkDelivered(Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _client.Ask<ResponseStatusMessage>(new MessageDelivered(message.ConversationUuid, message.Uuid), cancellation);
    }

    public Task MarkRead(Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _client.Ask<ResponseStatusMessage>(new RequestMessagesReaded(message.ConversationUuid, [message.Uuid]), cancellation);
    }

    /// <summary>The newest messages, oldest first; 1 to 100 of them.</summary>
    /// <param name="before">A message's uuid: the ones before it.</param>
    public async Task<IReadOnlyList<Message>> History(string conversation, int size, string? before = null, CancellationToken cancellation = default)
    {
        IRequest request = before is null ? new RequestGetMessages(conversation, null, size) : new RequestGetMessagesFromUuid(conversation, size, before);
        return [.. (await _client.Ask<ResponseGetMessages>(request, cancellation)).Messages.Reverse()];
    }

    /// <summary>Adds somebody to a group, with the current session key: what comes from now on is readable there.</summary>
    /// <exception cref="InvalidOperationException">This person has no keys yet.</exception>
    public async Task Add(string conversation, string user, CancellationToken cancellation = default)
    {
        var key = await _keys.Current(conversation, cancellation);
        var publicKey = (await _trust.Current([user], cancellation))[user];
        var value = Value(key.Secret, user, publicKey, key.Secret.Sign(_own));
        await _client.Ask<ResponseStatusMessage>(new RequestAddMember(conversation, key.Uuid, value), cancellation);
    }

    /// <summary>A new session key for everyone who is a member now: after somebody left, or changed keys.</summary>
    /// <exception cref="InvalidOperationException">Somebody has no keys.</exception>
    public async Task Rekey(string conversation, CancellationToken cancellation = default)
    {
        var list = await _client.Ask<ResponseGetMembersList>(new RequestGetMembersList(conversation), cancellation);
        var publicKeys = await _trust.Current(list.Admins.Concat(list.Members), cancellation);
        var secret = SessionSecret.Create(conversation);
        var signature = secret.Sign(_own);
        SessionKeyValue[] values = [.. publicKeys.Select(one => Value(secret, one.Key, one.Value, signature))];
        var made = await _client.Ask<ResponseAddedSessionKey>(new RequestAddNewSessionKeys(conversation, values), cancellation);
        _keys.Keep(conversation, made.SessionKeyUuid, secret);
    }

    /// <summary>Whether a member's keys changed since the current session key was made: that member cannot read what is sealed with it.</summary>
    public async Task<bool> NeedsRekey(string conversation, CancellationToken cancellation = default) =>
        (await _client.Ask<ResponseGetUpdatedPublicKeys>(new RequestGetUpdatedPublicKeys(conversation), cancellation)).PublicKeys.Count > 0;

    public void Dispose() => _keys.Dispose();

    private Task<SessionSecret> KeyOf(string conversation, string label, CancellationToken cancellation) =>
        _keys.Get(conversation, SealedLabel.Parse(label).SessionKeyUuid ?? throw new FormatException("a label of a conversation names its session key"), cancellation);

    private SessionKeyValue Value(SessionSecret secret, string user, string publicKey, string signature) =>
        new(secret.WrapFor(publicKey), signature, _store.Load().KeyPairUuid, _client.UserId, user);
}
