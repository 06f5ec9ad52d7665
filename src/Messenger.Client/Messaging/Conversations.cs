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
    private readonly Rekeying _rekeying;
    private readonly SessionKeys _keys;

    /// <param name="keys">This person's key pair; it stays the caller's.</param>
    /// <param name="store">The one that the client was made with.</param>
    public Conversations(MessengerClient client, KeyPair keys, IProfileStore store)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _own, _store) = (client, keys, store);
        _trust = new Trust(client, keys, store);
        _rekeying = new Rekeying(client, keys, store, _trust);
        _keys = new SessionKeys(client, keys, _trust, _rekeying);
        Groups = new Groups(client, keys, _trust, _rekeying, _keys);
    }

    /// <summary>Raised when somebody's key is not the one that was seen before; the new one is used from then on.</summary>
    public event Action<KeyChange>? KeyChanged
    {
        add => _trust.KeyChanged += value;
        remove => _trust.KeyChanged -= value;
    }

    /// <summary>Who is in a conversation, and what it is called.</summary>
    public Groups Groups { get; }

    /// <summary>Starts a dialog, or a group when several are named.</summary>
    /// <param name="others">User ids, without one's own.</param>
    /// <returns>The conversation's uuid.</returns>
    /// <exception cref="InvalidOperationException">Somebody has no keys yet.</exception>
    public async Task<string> Create(IReadOnlyCollection<string> others, string? title = null, string? nick = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(others);
        return await Create(others, others.Count == 1, title, nick, cancellation);
    }

    /// <summary>Starts a group, be it with one other person.</summary>
    /// <inheritdoc cref="Create(IReadOnlyCollection{string}, string?, string?, CancellationToken)"/>
    public async Task<string> Group(IReadOnlyCollection<string> others, string? title = null, string? nick = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(others);
        return await Create(others, dialog: false, title, nick, cancellation);
    }

    private async Task<string> Create(IReadOnlyCollection<string> others, bool dialog, string? title, string? nick, CancellationToken cancellation)
    {
        var publicKeys = await _trust.Current(others, cancellation);
        var (uuid, key) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var secret = SessionSecret.Create(uuid);
        var wrapped = publicKeys.ToDictionary(one => one.Key, one => secret.WrapFor(one.Value));
        await _client.Ask<ResponseCreateConversation>(
            new RequestCreateConversationFull(
                Admins: dialog ? wrapped : [],
                uuid,
                dialog,
                Members: dialog ? [] : wrapped,
                nick is null ? null : secret.SealNick(key, _client.UserId, nick),
                key,
                _rekeying.Value(secret, _client.UserId, _own.PublicKey, secret.Sign(_own)),
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

        if (await Known() is { } known)
        {
            return known;
        }

        try
        {
            return await Create([other], null, nick, cancellation);
        }
        catch (RefusedException refused) when (refused.Error.Status == Statuses.Conflict)
        {
            // The other side made one at the same time.
            if (await Known() is not { } theirs)
            {
                throw;
            }

            return theirs;
        }

        async Task<string?> Known()
        {
            var all = await _client.Ask<ResponseGetConversationsFull>(new RequestGetConversationsFull(null), cancellation);
            return all.Conversations.FirstOrDefault(one => one.IsDialog && one.Admins.Contains(other))?.Uuid;
        }
    }

    /// <summary>Seals and sends. When it returns, the message is on the server's disk.</summary>
    /// <param name="replyTo">The uuid of the message that this one answers.</param>
    /// <param name="kind">One of <see cref="MessageKinds"/>; null: normal. A silent message is pushed to nobody and counts nowhere (HINT-1).</param>
    /// <exception cref="CryptographicException">There is no key that may be used, and it is an admin's to make one.</exception>
    public async Task<Message> Send(string conversation, string text, string? replyTo = null, string? kind = null, CancellationToken cancellation = default)
    {
        var request = await Seal(new MessageDraft(conversation, Guid.NewGuid().ToString(), replyTo, kind), text, cancellation);
        return (await _client.Ask<ResponseAddedMessage>(request, cancellation)).Message;
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
        return conversation.Title is { } title ? (await KeyOfLabel(conversation.Uuid, title, cancellation)).OpenTitle(title) : null;
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
            nicks[user] = (await KeyOfLabel(conversation, nick, cancellation)).OpenNick(nick, user);
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

    /// <summary>A new session key for everyone who is a member now. It happens by itself where it must (CL-43): before the next message after somebody left or changed keys,
    /// after <see cref="Groups.Kick"/>, after 500 messages, and after seven days.</summary>
    /// <exception cref="InvalidOperationException">Somebody has no keys.</exception>
    public Task Rekey(string conversation, CancellationToken cancellation = default) => _keys.Replace(conversation, cancellation, isAnew: true);

    /// <summary>Whether a member's keys changed since the current session key was made: that member cannot read what is sealed with it.</summary>
    public async Task<bool> NeedsRekey(string conversation, CancellationToken cancellation = default) =>
        (await _client.Ask<ResponseGetUpdatedPublicKeys>(new RequestGetUpdatedPublicKeys(conversation), cancellation)).PublicKeys.Count > 0;

    /// <summary>Deletes a message for everybody: one's own, in a group also an admin's work.</summary>
    public Task Delete(Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _client.Ask<ResponseStatusMessage>(new RequestDeleteMessage(message.ConversationUuid, message.Uuid), cancellation);
    }

    /// <summary>Tells the others that this person is typing. Nothing is repeated, and a refusal is of no consequence.</summary>
    public Task Typing(string conversation, CancellationToken cancellation = default) =>
        _client.Try<ResponseStatusMessage>(new RequestTyping(conversation), cancellation);

    /// <summary>What this person and another one compare by voice or side by side: twelve groups of five digits, the same on both sides.</summary>
    /// <exception cref="InvalidOperationException">This person has no keys yet.</exception>
    public async Task<string> SafetyNumber(string user, CancellationToken cancellation = default) =>
        PublicKeys.SafetyNumber(_own.PublicKey, (await _trust.Current([user], cancellation))[user]);

    public void Dispose() => _keys.Dispose();

    /// <summary>A message as it is sent, and sent again.</summary>
    /// <param name="text">Null: it is of files alone.</param>
    internal async Task<RequestAddMessage> Seal(MessageDraft draft, string? text, CancellationToken cancellation)
    {
        var key = await _keys.ForWriting(draft.Conversation, cancellation);
        var body = text is null ? null : key.Secret.SealBody(draft.Uuid, key.Uuid, _client.UserId, text);
        _rekeying.Count(draft.Conversation, key.Uuid);
        return new RequestAddMessage(body?.BodyBase64, draft.Conversation, draft.HasFiles, body?.IvBase64, draft.Uuid, draft.ReplyTo, key.Uuid, draft.Kind);
    }

    /// <summary>The key that a message of a conversation was sealed with.</summary>
    internal Task<SessionSecret> KeyOf(string conversation, string sessionKeyUuid, CancellationToken cancellation) => _keys.Get(conversation, sessionKeyUuid, cancellation);

    /// <summary>Replaces the keys that this device has to replace, because it removed somebody and did not come to it.</summary>
    internal async Task ReplaceDue(CancellationToken cancellation)
    {
        foreach (var conversation in _rekeying.Due)
        {
            await _keys.Replace(conversation, cancellation);
        }
    }

    private Task<SessionSecret> KeyOfLabel(string conversation, string label, CancellationToken cancellation) =>
        _keys.Get(conversation, SealedLabel.Parse(label).SessionKeyUuid ?? throw new FormatException("a label of a conversation names its session key"), cancellation);
}

/// <summary>A message before it is sealed.</summary>
/// <param name="Kind">One of <see cref="MessageKinds"/>; null: normal.</param>
internal sealed record MessageDraft(string Conversation, string Uuid, string? ReplyTo = null, string? Kind = null, bool HasFiles = false);
