using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;

namespace Messenger.Grains.Users;

/// <summary>The user's avatar.</summary>
internal sealed partial class UserGrain
{
    private AvatarRow NoAvatar => new(AvatarOwners.User(UserId), File: null, "", 0, Now);

    public async Task<Result> SetAvatar(Caller me, AvatarFile? avatar)
    {
        if (await FindError(me) is { } error)
        {
            return error;
        }

        return await PutAvatar(avatar);
    }

    private async Task<Result> PutAvatar(AvatarFile? avatar)
    {
        var now = Now;
        var earlier = await files.Avatar(AvatarOwners.User(UserId));
        if (earlier?.File == avatar?.File)
        {
            // A retry, or nothing to remove.
            return Result.Ok;
        }

        await files.PutAvatar(avatar is null ? NoAvatar : new AvatarRow(AvatarOwners.User(UserId), avatar.File, avatar.MimeType, avatar.Size, now));
        return await ChangeRow(row => row with { AvatarUpdated = Math.Max(now, row.AvatarUpdated + 1) });
    }
}
