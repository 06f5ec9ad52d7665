using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Client.Messaging;

/// <summary>Who is in a conversation, who is an admin, what it is called. A dialog is left, renamed and deleted the same way.</summary>
/// <remarks>
/// All methods throw as <see cref="MessengerClient.Ask"/> does: <c>forbidden</c> to who is no admin, <c>not_found</c> to who is no member. What they do is theirs alone:
/// this device is not told of it (NOT-4).
/// </remarks>
public sealed class Groups
{
    private readonly MessengerClient _client;
    private readonly KeyPair _own;
    private readonly Trust _trust;
    private readonly Rekeying _rekeying;
    private readonly SessionKeys _keys;

    internal Groups(MessengerClient client, KeyPair own, Trust trust, Rekeying rekeying, SessionKeys keys) =>
        (_client, _own, _trust, _rekeying, _keys) = (client, own, trust, rekeying, keys);

    /// <summary>
    /// A key could not be replaced after <see cref="Kick"/>: the conversation's uuid, and why. It is replaced before the next message of this device, which fails as long as
    /// that does.
    /// </summary>
    public event Action<string, Exception>? RekeyFailed;

    /// <summary>The user ids of a conversation's people, admins and others, longest-standing first.</summary>
    public Task<ResponseGetMembersList> Members(string conversation, CancellationToken cancellation = default) =>
        _client.Ask<ResponseGetMembersList>(new RequestGetMembersList(conversation), cancellation);

    /// <summary>Adds somebody to a group, with the current session key: what comes from now on is readable there, what was before is not.</summary>
    /// <exception cref="InvalidOperationException">This person has no keys yet.</exception>
    public async Task Add(string conversation, string user, bool isAdmin = false, CancellationToken cancellation = default)
    {
        var key = await _keys.ForWriting(conversation, cancellation);
        var publicKey = (await _trust.Current([user], cancellation))[user];
        var value = _rekeying.Value(key.Secret, user, publicKey, key.Secret.Sign(_own));
        await _client.Ask<ResponseStatusMessage>(
            isAdmin ? new RequestAddAdmin(conversation, key.Uuid, value) : new RequestAddMember(conversation, key.Uuid, value), cancellation);
    }

    /// <summary>Makes a member an admin.</summary>
    public Task Promote(string conversation, string user, CancellationToken cancellation = default) =>
        _client.Ask<ResponseStatusMessage>(new RequestChangeToAdmin(conversation, user), cancellation);

    /// <summary>Removes somebody, and replaces the session key at once (CL-43). When it returns, the person is out; see <see cref="RekeyFailed"/>.</summary>
    public async Task Kick(string conversation, string user, CancellationToken cancellation = default)
    {
        // Remembered before it is asked: a crash between costs a key too many, and never leaves one that the removed person has.
        var wasDue = _rekeying.SetDue(conversation, true);
        var answer = await _client.Try<ResponseStatusMessage>(new RequestKickUser(conversation, user), cancellation);
        if (answer.Error is { } error)
        {
            if (!wasDue && error.Status is not (Statuses.Unavailable or Statuses.Internal))
            {
                _rekeying.SetDue(conversation, false);
            }

            throw new RefusedException(error);
        }

        // Again: a key that was made meanwhile may have been for whom this removed.
        _rekeying.SetDue(conversation, true);
        try
        {
            await _keys.Replace(conversation, cancellation, isAnew: true);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            RekeyFailed?.Invoke(conversation, fault);
        }
    }

    /// <summary>Leaves. The others replace the key before they write.</summary>
    public async Task Leave(string conversation, CancellationToken cancellation = default)
    {
        await _client.Ask<ResponseStatusMessage>(new RequestLeaveConversation(conversation), cancellation);
        _rekeying.Forget(conversation);
    }

    /// <summary>Deletes the conversation for everybody.</summary>
    public async Task Delete(string conversation, CancellationToken cancellation = default)
    {
        await _client.Ask<ResponseStatusMessage>(new RequestDeleteConversation(conversation), cancellation);
        _rekeying.Forget(conversation);
    }

    /// <summary>Gives the conversation another title; null: none.</summary>
    public async Task Rename(string conversation, string? title, CancellationToken cancellation = default)
    {
        string? label = null;
        if (title is not null)
        {
            var key = await _keys.ForWriting(conversation, cancellation);
            label = key.Secret.SealTitle(key.Uuid, title);
        }

        await _client.Ask<ResponseStatusMessage>(new RequestRenameConversation(conversation, label), cancellation);
    }

    /// <summary>What this person is called in one conversation; null: nothing.</summary>
    public async Task SetNick(string conversation, string? nick, CancellationToken cancellation = default)
    {
        string? label = null;
        if (nick is not null)
        {
            var key = await _keys.ForWriting(conversation, cancellation);
            label = key.Secret.SealNick(key.Uuid, _client.UserId, nick);
        }

        await _client.Ask<ResponseStatusMessage>(new UpdateMemberNick(conversation, label, null), cancellation);
    }
}
