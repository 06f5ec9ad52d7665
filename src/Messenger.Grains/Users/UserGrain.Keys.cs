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
    /// <summary>How soon after a crash, or a store that was away, the resync of the keys is tried, and tried again.</summary>
    private static readonly TimeSpan KeysResyncRetry = TimeSpan.FromSeconds(5);

    /// <summary>How many were told of the last key: what the next one costs. The first of an activation is told before that is known.</summary>
    private int _keysAudience;

    private int _keysBeingTold;
    private IGrainTimer? _keysResync;

    public Task<Result> AddKeys(Caller me, RequestAddUserKeys request) => TellChanged(me, AccountSections.Keys, ReplaceKeys(me, request));

    private async Task<Result> ReplaceKeys(Caller me, RequestAddUserKeys request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        var row = await users.Find(UserId);
        if (row is not null && Same(row, request))
        {
            return await RepeatedKeys();
        }

        if (row?.PublicKey is not null && await UnlessVouched(me) is { } cooling)
        {
            return cooling;
        }

        if (await Pay(WriteCost.Of(_keysAudience, request.PublicKeyBase64.Length + request.PrivateKeyEncryptedBase64.Length)) is { } tooMuch)
        {
            return tooMuch;
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
        if (put.Error is not null)
        {
            return put;
        }

        if (row?.PublicKey is not null)
        {
            await Alarm(PushKinds.Application, except: me.Application);
        }

        var companions = await conversations.CompanionsOf(UserId);
        _keysAudience = companions.Count;
        _keysBeingTold++;
        _news.Send(
            [.. companions, UserId],
            [SerializedNotification.From(new NotificationNewPublicKey(UserId, ConversationUuid: null, request.PublicKeyBase64), committed: Now)], except: me);
        return Result.Ok;
    }

    public async Task<Result> UpdateKeys(Caller me, RequestUpdateUserKeys request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        if (await users.Find(UserId) is not { PublicKey: not null })
        {
            return Error.Conflict("there are no keys to update: send RequestAddUserKeys");
        }

        // The code comes first: it voids an older one, so that no older code confirms these keys.
        var sent = await SendCode(CodePurpose.UpdateKeys, request.OpenUserId, request.AndroidSmsToken);
        if (sent.Error is null)
        {
            var pending = new PendingKeys(request.PrivateKeyEncryptedBase64, request.MetaDataKeyEncryptedBase64, request.Nick);
            await _account.Change(account => account with { PendingKeys = pending });
        }

        return sent;
    }

    public Task<Result> ConfirmUpdateKeys(Caller me, RequestConfirmUpdateUserKeys request) => TellChanged(me, AccountSections.Keys, RewrapKeys(me, request));

    private async Task<Result> RewrapKeys(Caller me, RequestConfirmUpdateUserKeys request)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        var check = await Registration.CheckCode(CodePurpose.UpdateKeys, request.SmsCode);
        if (check.Error is not null)
        {
            return check;
        }

        if ((await _account.Load()).PendingKeys is not { } keys)
        {
            return check.Note == CodeNotes.Again ? Result.Ok : Error.Conflict("there is nothing to confirm: send RequestUpdateUserKeys");
        }

        var put = await ChangeRow(row => row with
        {
            PrivateKeyEncrypted = keys.PrivateKeyEncrypted,
            MetaDataKeyEncrypted = keys.MetaDataKeyEncrypted,
            Nick = keys.Nick,
        });
        await _account.Change(account => account with { PendingKeys = null });
        await Alarm(PushKinds.Application, except: me.Application);
        return put;
    }

    private IRegistrationGrain Registration => GrainFactory.GetGrain<IRegistrationGrain>(UserId);

    private async Task<Result> SendCode(CodePurpose purpose, string phone, string? androidSmsToken) =>
        UserIds.FromPhone(phone) != UserId
            ? Error.BadRequest("openUserId must be your own phone number")
            : await Registration.SendCode(purpose, phone, androidSmsToken);

    private static bool Same(UserRow row, RequestAddUserKeys request) =>
        row.PublicKey == request.PublicKeyBase64 && row.PrivateKeyEncrypted == request.PrivateKeyEncryptedBase64
        && row.MetaDataKeyEncrypted == request.MetaDataKeyEncryptedBase64 && row.Nick == request.Nick;

    /// <summary>The same keys again: a retry. Nothing twice; but what was owed and is not under way is made good.</summary>
    private async Task<Result> RepeatedKeys()
    {
        if ((await _account.Load()).KeysUntold && _keysBeingTold == 0 && !_keysTold)
        {
            await RequireKeysResync();
        }

        return Result.Ok;
    }

    private void RequireKeysResyncSoon() =>
        _keysResync ??= this.RegisterGrainTimer(
            async _ =>
            {
                await RequireKeysResync();
                _keysResync?.Dispose();
                _keysResync = null;
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, KeysResyncRetry));

    private async Task RequireKeysResync()
    {
        string[] companions = [.. await conversations.CompanionsOf(UserId), UserId];
        _keysBeingTold++;
        _ = _news.RequireResync(companions);

        // Behind the resync in each queue: it settles when every resync arrived.
        _news.Send(companions, [], except: null);
    }

    /// <summary>Everyone was told, or told to resynchronise. The debt is struck off with the next write behind.</summary>
    private void KeysTold()
    {
        if (--_keysBeingTold == 0)
        {
            _keysTold = true;
            StartWriteBehind();
        }
    }
}
