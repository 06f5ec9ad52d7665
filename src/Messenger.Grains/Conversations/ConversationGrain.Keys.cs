using Messenger.Grains.Devices;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Session keys: wrapped per member, opaque here.</summary>
internal sealed partial class ConversationGrain
{
    public async Task<Answer<ResponseAddedSessionKey>> AddNewSessionKeys(Caller me, RequestAddNewSessionKeys request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        // Where a user is named twice, the first entry stands.
        var values = request.SessionKeys.DistinctBy(value => value.UserId).ToList();
        if (await Retried(here.Live, values[0]))
        {
            return (await Confirmed(here.Live)).Refusal is { } unconfirmed ? unconfirmed : new ResponseAddedSessionKey(here.Live.Header.SessionKeyText);
        }

        if (await Membership(me) is not { } still)
        {
            return NotFound();
        }

        var live = still.Live;
        if (values.Find(value => live.Roster.Member(value.UserId) is null) is not null)
        {
            return Refused.BadRequest("sessionKeys names somebody who is no member: ask RequestGetMembersList");
        }

        return await Rekey(live, me, values);
    }

    public async Task<Answer<ResponseSessionKeyByUuid>> GetSessionKey(Caller me, RequestGetSessionKey request)
    {
        // Older keys stay readable by those who had them, former members too.
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        return await messages.FindKey(Id, Guid.Parse(request.SessionKeyUuid), me.UserId) is { } key
            ? new ResponseSessionKeyByUuid(Views.SessionKey(key, here.Live.Header))
            : Refused.NotFound("there is no such session key for you");
    }

    public async Task<Answer<ResponseGetUpdatedPublicKeys>> GetUpdatedPublicKeys(Caller me, RequestGetUpdatedPublicKeys request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var made = here.Live.Keys[here.Live.Header.SessionKey].Created;
        var rows = await users.FindMany(Everyone(here.Live));
        return new ResponseGetUpdatedPublicKeys(
            rows.Where(user => user.KeysUpdated > made && user.PublicKey is not null).ToDictionary(user => user.UserId, user => user.PublicKey!));
    }

    /// <summary>Wrapping is randomised: the same wrapped key as the current one can only be the same request again, after a lost answer.</summary>
    private async Task<bool> Retried(LiveConversation live, SessionKeyValue first) =>
        await messages.FindKey(Id, live.Header.SessionKey, first.UserId) is { } current
        && current.KeyEncrypted == first.KeyEncryptedBase64 && current.Signature == first.SignatureBase64;

    private async Task<Answer<ResponseAddedSessionKey>> Rekey(LiveConversation live, Caller me, List<SessionKeyValue> values)
    {
        var uuid = Guid.NewGuid();
        live.Header = live.Header with { SessionKey = uuid, SessionKeyText = uuid.ToString() };
        var told = Event(live, EventTypes.SessionKeyRegenerated, me.UserId, null);
        var key = new SessionKeyHeader(uuid, live.Header.SessionKeyText, told.Created);
        live.Keys.Add(uuid, key);
        Appended(live, [told]);
        List<SessionKeyRow> rows =
        [
            .. values.Select(value => new SessionKeyRow(
                uuid, key.UuidText, value.UserId, value.KeyEncryptedBase64, value.SignatureBase64, value.SignerUserId ?? me.UserId,
                value.SignerKeyPairUuid, key.Created)),
        ];
        var entry = new LogEntry(Id, live.Term) { Header = live.Header, Messages = [told], NewKey = key, Keys = rows };
        if (await Commit(live, entry) is { } refusal)
        {
            return refusal;
        }

        // Each with the own key first, so that what follows can be read.
        var announced = Announce(live, told);
        var wrapped = rows.ToDictionary(row => row.UserId);
        _fanout.Send(
            Everyone(live).Select(user => (user, wrapped.TryGetValue(user, out var own)
                ? new[] { Notice.Of(new NotificationNewSessionKey(Views.SessionKey(own, live.Header)), committed: Now), announced }
                : [announced])),
            me);
        return new ResponseAddedSessionKey(key.UuidText);
    }
}
