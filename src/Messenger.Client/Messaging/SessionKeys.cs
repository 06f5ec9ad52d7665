using System.Collections.Concurrent;
using System.Security.Cryptography;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Client.Messaging;

/// <summary>The session keys of this device's conversations, each unwrapped and verified once.</summary>
internal sealed class SessionKeys : IDisposable
{
    private readonly MessengerClient _client;
    private readonly KeyPair _own;
    private readonly Trust _trust;
    private readonly Rekeying _rekeying;
    private readonly ConcurrentDictionary<(string Conversation, string Key), SessionSecret> _secrets = new();
    private readonly ConcurrentDictionary<string, KeyStanding> _current = new(StringComparer.OrdinalIgnoreCase);
    private int _changes;

    public SessionKeys(MessengerClient client, KeyPair own, Trust trust, Rekeying rekeying)
    {
        (_client, _own, _trust, _rekeying) = (client, own, trust, rekeying);
        client.Noticed += Notice;
        rekeying.Opened += (conversation, made) => Keep(conversation, made.Uuid, made.Secret);
    }

    /// <summary>The key to seal with; a new one where it is time for one (CL-43), or where the present one must not be used.</summary>
    /// <exception cref="CryptographicException">There is none that may be used, and it is an admin's to make another one.</exception>
    /// <exception cref="RefusedException">A new one was needed, and the server refused it.</exception>
    /// <exception cref="InvalidOperationException">A new one was needed, and somebody has no keys.</exception>
    public async Task<CurrentKey> ForWriting(string conversation, CancellationToken cancellation)
    {
        var standing = await Standing(conversation, cancellation);
        if (standing.MayReplace && (standing.Secret is null || standing.HasNewPeople || _rekeying.IsTime(conversation, standing)))
        {
            return await Replace(conversation, cancellation);
        }

        return new CurrentKey(standing.Uuid, standing.Secret ?? throw new CryptographicException($"{standing.Fault}: an admin has to re-key"));
    }

    /// <summary>Replaces the conversation's key by a new one, now.</summary>
    /// <inheritdoc cref="Rekeying.Replace"/>
    public async Task<CurrentKey> Replace(string conversation, CancellationToken cancellation, bool isAnew = false)
    {
        var made = isAnew ? await _rekeying.ReplaceAnew(conversation, cancellation) : await _rekeying.Replace(conversation, cancellation);
        Keep(conversation, made.Uuid, made.Secret);
        return new CurrentKey(made.Uuid, made.Secret);
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

    private async Task<KeyStanding> Standing(string conversation, CancellationToken cancellation)
    {
        if (_current.TryGetValue(conversation, out var known))
        {
            return known;
        }

        var changes = Volatile.Read(ref _changes);
        var full = await _client.Ask<ResponseGetConversationFull>(new RequestGetConversationFull(conversation, null), cancellation);
        var updated = await _client.Ask<ResponseGetUpdatedPublicKeys>(new RequestGetUpdatedPublicKeys(conversation), cancellation);
        var (secret, fault) = await OpenCurrent(conversation, full, cancellation);
        var about = full.Conversation;
        var standing = new KeyStanding(
            about.SessionKeyUuid, secret, fault, full.SessionKey?.Created ?? 0, Math.Max(about.LastMessage, full.LastMessage?.Created ?? 0), about.IsDialog,
            Rekeying.MayReplace(about, _client.UserId), updated.PublicKeys.Count > 0);
        if (changes == Volatile.Read(ref _changes))
        {
            _current[conversation] = standing;
        }

        return standing;
    }

    /// <summary>The current key, or why it must not be sealed with.</summary>
    private async Task<(SessionSecret? Secret, string? Fault)> OpenCurrent(string conversation, ResponseGetConversationFull full, CancellationToken cancellation)
    {
        var uuid = full.Conversation.SessionKeyUuid;
        if (full.SessionKey is not { } wrapped)
        {
            return (null, "the conversation's current key was not wrapped for this member");
        }

        if (!full.Conversation.Admins.Concat(full.Conversation.Members).Contains(wrapped.SignerUserId))
        {
            return (null, "the conversation's current key was made by somebody who is no member");
        }

        try
        {
            return (_secrets.GetValueOrDefault(Name(conversation, uuid)) ?? await Open(conversation, uuid, wrapped, cancellation), null);
        }
        catch (CryptographicException fault)
        {
            return (null, fault.Message);
        }
    }

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
            case null or NotificationNewPublicKey:
                // Everything is read anew, or somebody has other keys: in which conversations is asked for.
                Interlocked.Increment(ref _changes);
                _current.Clear();
                break;
            case NotificationNewSessionKey { SessionKey.ConversationUuid: var conversation }:
                Forget(conversation);
                break;
            case NotificationAddedMessageToConversation { Message: { IsEvent: true, ConversationUuid: var conversation } message }:
                // Re-keyed, or its members changed: who signed the key must still be one.
                if (message.EventType is EventTypes.Leaved or EventTypes.Kicked)
                {
                    _rekeying.Wait(conversation);
                }

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

/// <summary>What is known of a conversation's current key.</summary>
/// <param name="Secret">Null: it must not be sealed with, for <paramref name="Fault"/>.</param>
/// <param name="Made">Milliseconds since the Unix epoch, by the server's clock.</param>
/// <param name="Newest">When the newest message came, by the same clock.</param>
/// <param name="MayReplace">Whether this person may make another one.</param>
/// <param name="HasNewPeople">Members have other key pairs than it was wrapped for.</param>
internal sealed record KeyStanding(
    string Uuid, SessionSecret? Secret, string? Fault, long Made, long Newest, bool IsDialog, bool MayReplace, bool HasNewPeople);
