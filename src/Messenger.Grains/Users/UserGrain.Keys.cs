using Messenger.Contracts;
using Messenger.Grains.State;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Grains.Users;

/// <summary>Key pairs: a new one, and the same one wrapped anew.</summary>
/// <remarks>
/// That a new key is told to everyone is owed on disk (<see cref="Account.KeysUntold"/>) before the key is: after a crash nobody knows
/// who was told, so everyone resynchronises.
/// </remarks>
internal sealed partial class UserGrain
{
    /// <summary>How soon after a crash, or a store that was away, the doubt of the keys is tried, and tried again.</summary>
    private static readonly TimeSpan KeysDoubtRetry = TimeSpan.FromSeconds(5);

    private int _keysBeingTold;
    private IGrainTimer? _keysDoubt;

    public async Task<Answer> AddKeys(Caller me, RequestAddUserKeys request)
    {
        if (await Refusal(me) is { } refusal)
        {
            return refusal;
        }

        if (await users.Find(UserId) is { } row && Same(row, request))
        {
            return await RepeatedKeys();
        }

        await _account.Change(account => account with { KeysUntold = true, PendingKeys = null });
        _keysTold = false;
        var put = await ChangeRow(before => before with
        {
            PublicKey = request.PublicKeyBase64,
            PrivateKeyEncrypted = request.PrivateKeyEncryptedBase64,
            MetaDataKeyEncrypted = request.MetaDataKeyEncryptedBase64,
            Nick = request.Nick,
            KeyPairUuid = Guid.NewGuid().ToString(),
            KeysUpdated = Now,
        });
        if (put.Refusal is not null)
        {
            return put;
        }

        var companions = await conversations.CompanionsOf(UserId);
        _keysBeingTold++;
        _news.Send(
            [.. companions, UserId],
            [Notice.Of(new NotificationNewPublicKey(UserId, ConversationUuid: null, request.PublicKeyBase64), committed: Now)], except: me);
        return Answer.Ok;
    }

    public async Task<Answer> UpdateKeys(Caller me, RequestUpdateUserKeys request)
    {
        if (await Refusal(me) is { } refusal)
        {
            return refusal;
        }

        if (await users.Find(UserId) is not { PublicKey: not null })
        {
            return Refused.Conflict("there are no keys to update: send RequestAddUserKeys");
        }

        // The code comes first: it voids an older one, so that no older code confirms these keys.
        var sent = await SendCode(CodePurpose.UpdateKeys, request.OpenUserId, request.AndroidSmsToken);
        if (sent.Refusal is null)
        {
            var pending = new PendingKeys(request.PrivateKeyEncryptedBase64, request.MetaDataKeyEncryptedBase64, request.Nick);
            await _account.Change(account => account with { PendingKeys = pending });
        }

        return sent;
    }

    public async Task<Answer> ConfirmUpdateKeys(Caller me, RequestConfirmUpdateUserKeys request)
    {
        if (await Refusal(me) is { } refusal)
        {
            return refusal;
        }

        var check = await Registration.CheckCode(CodePurpose.UpdateKeys, request.SmsCode);
        if (check.Refusal is not null)
        {
            return check;
        }

        if ((await _account.Load()).PendingKeys is not { } keys)
        {
            return check.Note == CodeNotes.Again ? Answer.Ok : Refused.Conflict("there is nothing to confirm: send RequestUpdateUserKeys");
        }

        var put = await ChangeRow(row => row with
        {
            PrivateKeyEncrypted = keys.PrivateKeyEncrypted,
            MetaDataKeyEncrypted = keys.MetaDataKeyEncrypted,
            Nick = keys.Nick,
        });
        await _account.Change(account => account with { PendingKeys = null });
        return put;
    }

    private IRegistrationGrain Registration => GrainFactory.GetGrain<IRegistrationGrain>(UserId);

    private async Task<Answer> SendCode(CodePurpose purpose, string phone, string? androidSmsToken) =>
        UserIds.FromPhone(phone) != UserId
            ? Refused.BadRequest("openUserId must be your own phone number")
            : await Registration.SendCode(purpose, phone, androidSmsToken);

    private static bool Same(UserRow row, RequestAddUserKeys request) =>
        row.PublicKey == request.PublicKeyBase64 && row.PrivateKeyEncrypted == request.PrivateKeyEncryptedBase64
        && row.MetaDataKeyEncrypted == request.MetaDataKeyEncryptedBase64 && row.Nick == request.Nick;

    /// <summary>The same keys again: a retry. Nothing twice; but what was owed and is not under way is made good.</summary>
    private async Task<Answer> RepeatedKeys()
    {
        if ((await _account.Load()).KeysUntold && _keysBeingTold == 0 && !_keysTold)
        {
            await DoubtKeys();
        }

        return Answer.Ok;
    }

    private void TellKeysDoubtSoon() =>
        _keysDoubt ??= this.RegisterGrainTimer(
            async _ =>
            {
                await DoubtKeys();
                _keysDoubt?.Dispose();
                _keysDoubt = null;
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, KeysDoubtRetry));

    private async Task DoubtKeys()
    {
        string[] companions = [.. await conversations.CompanionsOf(UserId), UserId];
        _keysBeingTold++;
        _ = _news.Doubt(companions);

        // Behind the doubt in each lane: it settles when every doubt arrived.
        _news.Send(companions, [], except: null);
    }

    /// <summary>Everyone was told, or told to doubt. The debt is struck off with the next write behind.</summary>
    private void KeysTold()
    {
        if (--_keysBeingTold == 0)
        {
            _keysTold = true;
            StartWriteBehind();
        }
    }
}
