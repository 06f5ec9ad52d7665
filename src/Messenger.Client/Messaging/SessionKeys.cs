using System.Collections.Concurrent;
using System.Security.Cryptography;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Client.Messaging;

/// <summary>The session keys of this device's conversations, each unwrapped and verified once.</summary>
internal sealed class SessionKeys : IDisposable
{
    private readonly MessengerClient _client;
    private readonly KeyPair _own;
    private readonly Trust _trust;
    private readonly ConcurrentDictionary<(string Conversation, string Key), SessionSecret> _secrets = new();
    private readonly ConcurrentDictionary<string, CurrentKey> _current = new(StringComparer.OrdinalIgnoreCase);
    private int _changes;

    public SessionKeys(MessengerClient client, KeyPair own, Trust trust)
    {
        (_client, _own, _trust) = (client, own, trust);
        client.Noticed += Notice;
    }

    /// <summary>The key to seal with.</summary>
    /// <exception cref="CryptographicException">It was not made by a member, or is not for this key pair: re-key.</exception>
    public async Task<CurrentKey> Current(string conversation, CancellationToken cancellation)
    {
        if (_current.TryGetValue(conversation, out var known))
        {
            return known;
        }

        var changes = Volatile.Read(ref _changes);
        var full = await _client.Ask<ResponseGetConversationFull>(new RequestGetConversationFull(conversation, null), cancellation);
        var uuid = full.Conversation.SessionKeyUuid;
        var secret = _secrets.GetValueOrDefault(Name(conversation, uuid));
        if (secret is null)
        {
            var wrapped = full.SessionKey ?? throw new CryptographicException("the conversation's current key was not wrapped for this member: re-key");
            if (!full.Conversation.Admins.Concat(full.Conversation.Members).Contains(wrapped.SignerUserId))
            {
                throw new CryptographicException("the conversation's current key was made by somebody who is no member: re-key");
            }

            secret = await Open(conversation, uuid, wrapped, cancellation);
        }

        var current = new CurrentKey(uuid, secret);
        if (changes == Volatile.Read(ref _changes))
        {
            _current[conversation] = current;
        }

        return current;
    }

    /// <summary>The key that something was sealed with.</summary>
    /// <exception cref="CryptographicException">It does not verify, or is not for this key pair.</exception>
    public async Task<SessionSecret> Get(string conversation, string uuid, CancellationToken cancellation)
    {
        if (_secrets.TryGetValue(Name(conversation, uuid), out var known))
        {
            return known;
        }

        var wrapped = await _client.Ask<ResponseSessionKeyByUuid>(new RequestGetSessionKey(conversation, uuid), cancellation);
        return await Open(conversation, uuid, wrapped.SessionKey, cancellation);
    }

    /// <summary>A key that this device made itself.</summary>
    public void Keep(string conversation, string uuid, SessionSecret secret)
    {
        _secrets[Name(conversation, uuid)] = secret;
        Forget(conversation);
    }

    public void Dispose() => _client.Noticed -= Notice;

    private static (string Conversation, string Key) Name(string conversation, string uuid) =>
        (conversation.ToUpperInvariant(), uuid.ToUpperInvariant());

    private async Task<SessionSecret> Open(string conversation, string uuid, SessionKey wrapped, CancellationToken cancellation)
    {
        // The signature covers key and conversation: of which conversation is not the server's to say.
        if (!string.Equals(wrapped.ConversationUuid, conversation, StringComparison.OrdinalIgnoreCase)
            || !string.Equals(wrapped.Uuid, uuid, StringComparison.OrdinalIgnoreCase))
        {
            throw new CryptographicException("the server gave another session key than the one asked for");
        }

        var signer = wrapped.SignerUserId ?? throw new CryptographicException("a session key without a signer is not used");
        var secret = SessionSecret.Open(wrapped, _own, await _trust.OfSigner(signer, wrapped.SignerKeyPairUuid, cancellation));
        return _secrets.GetOrAdd(Name(conversation, uuid), secret);
    }

    private void Notice(INotification? notification)
    {
        switch (notification)
        {
            case null:
                Interlocked.Increment(ref _changes);
                _current.Clear();
                break;
            case NotificationNewSessionKey { SessionKey.ConversationUuid: var conversation }:
                Forget(conversation);
                break;
            case NotificationAddedMessageToConversation { Message: { IsEvent: true, ConversationUuid: var conversation } }:
                // Re-keyed, or its members changed: who signed the key must still be one.
                Forget(conversation);
                break;
        }
    }

    private void Forget(string conversation)
    {
        Interlocked.Increment(ref _changes);
        _current.TryRemove(conversation, out _);
    }
}

/// <summary>The key that a conversation seals with now.</summary>
internal sealed record CurrentKey(string Uuid, SessionSecret Secret);
