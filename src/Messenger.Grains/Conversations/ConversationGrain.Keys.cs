using Messenger.Contracts;
using Messenger.Grains.Views;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Conversations;

/// <summary>Session keys: wrapped per member, opaque here.</summary>
internal sealed partial class ConversationGrain
{
    /// <summary>
    /// New session keys of one member in this conversation an hour: each is kept for ever and wakes everybody's devices. Somebody who removes people one by one
    /// and re-keys after each does not come to half of it.
    /// </summary>
    private const int KeysPerHour = 120;

    /// <summary>By member: keys of the hour that began then. In memory alone: an actor that ends starts again.</summary>
    private readonly Dictionary<string, (long Began, int Keys)> _rekeyed = new(StringComparer.Ordinal);

    public async Task<Result<ResponseAddedSessionKey>> AddNewSessionKeys(Caller me, RequestAddNewSessionKeys request)
    {
        // Where a user is named twice, the first entry stands.
        var values = request.SessionKeys.DistinctBy(value => value.UserId).ToList();
        (LiveConversation Live, int Keys)? asOf = null;
        IReadOnlyList<SessionKeyRow> copies = [];
        string? uuid = null;
        var payment = budgets.For(me.UserId);
        var outcome = await Change(me, (live, _) =>
        {
            if (live.Carrying(entry => entry.NewKey is not null ? true : null) is { } other)
            {
                // It may be this very request: what becomes of it is looked up.
                return Decision.After(other);
            }

            if (asOf != (live, live.KeysMade))
            {
                return Decision.After(Read(live));
            }

            if (copies.GroupBy(row => row.UuidText).FirstOrDefault(key => Kept(me, values, key)) is { } key)
            {
                uuid = key.Key;
                return Decision.Ok;
            }

            return values.Exists(value => live.Roster.Member(value.UserId) is null)
                ? Error.BadRequest("sessionKeys names somebody who is no member: ask RequestGetMembersList")
                : values.Exists(value => !IsOwn(me, value)) ? SomebodyElses
                : Blocked(live, me) is { } blocked ? blocked
                : LeftOut(live, me, values) is { } left ? left
                : Unpaid(payment, WriteCost.Short(2 * live.Roster.Present.Count, Length(values))) is { } unpaid ? unpaid
                : TooMany(me) is { } limit ? limit
                : Rekey(live, me, values, out uuid);
        });
        return outcome.Error is { } error ? error : new ResponseAddedSessionKey(uuid!);

        async Task Read(LiveConversation live)
        {
            var keys = live.KeysMade;
            copies = await messages.FindCopies(Id, values[0].UserId, values[0].KeyEncryptedBase64);
            asOf = (live, keys);
        }
    }

    private static long Length(IEnumerable<SessionKeyValue> values) => values.Sum(value => 256L + value.KeyEncryptedBase64.Length + (value.SignatureBase64?.Length ?? 0));

    public async Task<Result<ResponseSessionKeyByUuid>> GetSessionKey(Caller me, RequestGetSessionKey request)
    {
        // Older keys stay readable by those who had them, former members too.
        if (await Reader(me) is not { } here)
        {
            return NotFound();
        }

        return await messages.FindKey(Id, Guid.Parse(request.SessionKeyUuid), me.UserId) is { } key
            ? new ResponseSessionKeyByUuid(WireViews.SessionKey(key, here.Live.Header))
            : Error.NotFound("there is no such session key for you");
    }

    public async Task<Result<ResponseGetUpdatedPublicKeys>> GetUpdatedPublicKeys(Caller me, RequestGetUpdatedPublicKeys request)
    {
        if (await Membership(me) is not { } here)
        {
            return NotFound();
        }

        var made = here.Live.KeyCreated;
        var rows = await users.FindMany(Everyone(here.Live));
        return new ResponseGetUpdatedPublicKeys(
            rows.Where(user => user.KeysUpdated > made && user.PublicKey is not null).ToDictionary(user => user.UserId, user => user.PublicKey!));
    }

    /// <summary>Who signed is told to others as a fact: nobody speaks for somebody else.</summary>
    private static Error SomebodyElses => Error.Forbidden("signerUserId names somebody else: sign yourself, or hand on what the key's maker signed");

    private static bool IsOwn(Caller me, SessionKeyValue value) => value.SignerUserId is null || value.SignerUserId == me.UserId;

    /// <summary>Whether somebody made this key: a maker signed the own copy, and whoever came later had it signed by another.</summary>
    private async Task<bool> Made(string userId, Guid key) => await messages.FindKey(Id, key, userId) is { SignerUserId: { } signer } && signer == userId;

    /// <summary>
    /// Whether a key has each of these copies: wrapping is randomised, so this can only be the same request again, after a lost answer.
    /// It may have more: who was added since has one too.
    /// </summary>
    private static bool Kept(Caller me, List<SessionKeyValue> values, IEnumerable<SessionKeyRow> key)
    {
        var copies = key.ToDictionary(row => row.UserId, StringComparer.Ordinal);
        return values.TrueForAll(value => copies.TryGetValue(value.UserId, out var row)
            && (row.KeyEncrypted, row.Signature, row.SignerUserId, row.SignerKeyPair)
                == (value.KeyEncryptedBase64, value.SignatureBase64, value.SignerUserId ?? me.UserId, value.SignerKeyPairUuid));
    }

    /// <summary>
    /// A new key becomes current for everybody, so it is everybody's: whoever is left out could write no more that others read. Where more people are
    /// together than one message has room to name, it is an admin's, and names all admins: they hand it on by adding (RequestAddMember).
    /// </summary>
    private static Error? LeftOut(LiveConversation live, Caller me, List<SessionKeyValue> values)
    {
        var named = values.Select(value => value.UserId).ToHashSet(StringComparer.Ordinal);
        var whole = live.Roster.Present.Count <= Limits.RekeyedWhole;
        if (!whole && !live.Roster.IsAdmin(me.UserId))
        {
            return Error.Forbidden($"in a conversation of more than {Limits.RekeyedWhole} people admins make new session keys");
        }

        var missing = live.Roster.Present.Count(member => (whole || member.IsAdmin) && !named.Contains(member.UserId));
        return missing == 0 ? null : Error.Conflict(whole
            ? $"sessionKeys leaves out {missing} of the people here, and the new key would be current for them too: ask RequestGetMembersList and name everyone"
            : $"sessionKeys leaves out {missing} admins: ask RequestGetMembersList and name them all");
    }

    /// <summary>Asked last, in the turn of the change: what is refused for another reason, or is a repeat, takes nothing.</summary>
    private Error? TooMany(Caller me)
    {
        const long hour = 3_600_000;
        var now = Now;
        var window = _rekeyed.GetValueOrDefault(me.UserId);
        if (now - window.Began >= hour)
        {
            window = (now, 0);
        }

        if (window.Keys >= KeysPerHour)
        {
            return Error.TooManyRequests("too many new session keys", (int)Math.Max(1, (window.Began + hour - now + 999) / 1000));
        }

        _rekeyed[me.UserId] = window with { Keys = window.Keys + 1 };
        return null;
    }

    private Decision Rekey(LiveConversation live, Caller me, List<SessionKeyValue> values, out string made)
    {
        var uuid = Guid.NewGuid();
        made = uuid.ToString();
        live.Header = live.Header with { SessionKey = uuid, SessionKeyText = made };
        var told = Event(live, EventTypes.SessionKeyRegenerated, me.UserId, null);
        var key = new SessionKeyHeader(uuid, live.Header.SessionKeyText, told.Created);
        live.Add(key);
        Appended(live, [told]);
        List<SessionKeyRow> rows =
        [
            .. values.Select(value => new SessionKeyRow(
                uuid, key.UuidText, value.UserId, value.KeyEncryptedBase64, value.SignatureBase64, value.SignerUserId ?? me.UserId,
                value.SignerKeyPairUuid, key.Created)),
        ];
        var entry = new LogEntry(Id, live.Term) { Header = live.Header, Messages = [told], NewKey = key, Keys = rows };
        return Commit(live, entry, () =>
        {
            // Each with the own key first, so that what follows can be read.
            var announced = Announce(live, told);
            var wrapped = rows.ToDictionary(row => row.UserId);
            _fanout.Send(
                Audience(live, told).Select(user => (user, wrapped.TryGetValue(user, out var own)
                    ? new[] { SerializedNotification.From(new NotificationNewSessionKey(WireViews.SessionKey(own, live.Header)), committed: Now), announced }
                    : [announced])),
                me);
        });
    }
}
