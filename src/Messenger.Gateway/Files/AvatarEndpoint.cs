using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Messenger.Gateway.Files;

/// <summary>Avatars of conversations and users.</summary>
internal sealed class AvatarEndpoint(
    Credentials credentials, UploadWriter writer, UploadCompletion completion, OneShotEndpoint whole, IFileDirectory files, IGrainFactory grains, FileResponder responder)
{
    public const string Pattern = "/avatar/{owner}";

    /// <summary>A picture that is shown as large as a thumb.</summary>
    private const long MaxBytes = Limits.AvatarBytes;

    /// <summary>What its upload is for; nobody can go on with one.</summary>
    private const string Target = "avatar";

    public async Task Get(HttpContext context)
    {
        var me = await credentials.Of(context.Request);
        var owner = Owner(context);
        if (owner.Conversation is { } conversation)
        {
            (await grains.Conversation(conversation).MayAvatar(me, change: false)).OrThrow();
        }
        else if (owner.User is { } user && user != me.UserId)
        {
            // Who has a picture is registered.
            (await grains.GetGrain<IUserDiscovery>(me.UserId).MayLearnOf(me, new([user]))).OrThrow();
        }

        if (await files.Avatar(owner.Key) is not { File: { } file } avatar)
        {
            throw new RefusedException(Error.NotFound("there is no avatar"));
        }

        await responder.Send(context, file, avatar.Size, avatar.MimeType, avatar.Updated, download: avatar.MimeType == MimeTypes.Bytes);
    }

    public async Task Put(HttpContext context)
    {
        var me = await credentials.Of(context.Request);
        var owner = await Owned(me, context);
        var length = context.Request.ContentLength ?? throw RefusedException.BadRequest("Content-Length is missing", StatusCodes.Status411LengthRequired);
        if (length is 0 or > MaxBytes)
        {
            throw RefusedException.BadRequest($"an avatar has 1 to {MaxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
        }

        var upload = await whole.Whole(await writer.Reserve(me, Target, length), context);
        await completion.Show(
            upload, MimeTypes.Shown(context.Request.ContentType), await files.Avatar(owner.Key), avatar => Set(me, owner, avatar));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task Delete(HttpContext context)
    {
        var me = await credentials.Of(context.Request);
        (await Set(me, await Owned(me, context), null)).OrThrow();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task<Result> Set(Caller me, AvatarOwner owner, AvatarFile? avatar) => owner.Conversation is { } conversation
        ? grains.Conversation(conversation).SetAvatar(me, avatar)
        : grains.User(me).SetAvatar(me, avatar);

    /// <summary>An owner whose avatar the actor may change.</summary>
    private async Task<AvatarOwner> Owned(Caller me, HttpContext context)
    {
        if (me.CoolingUntil > 0)
        {
            throw new RefusedException(CoolingRefusals.Of(me.CoolingUntil));
        }

        var owner = Owner(context);
        if (owner.Conversation is { } conversation)
        {
            (await grains.Conversation(conversation).MayAvatar(me, change: true)).OrThrow();
        }
        else if (owner.User != me.UserId)
        {
            throw new RefusedException(Error.Forbidden("this is somebody else's avatar"));
        }

        return owner;
    }

    private static AvatarOwner Owner(HttpContext context)
    {
        var name = context.GetRouteValue("owner") as string;
        return OwnerNames.ConversationText(name) is { } conversation ? new AvatarOwner(conversation, null)
            : OwnerNames.UserId(name) is { } user ? new AvatarOwner(null, user)
            : throw new RefusedException(Error.NotFound("avatars are at conversation_UUID, and at user_ID with the userId in base64url"));
    }

    private sealed record AvatarOwner(string? Conversation, string? User)
    {
        public string Key => Conversation is { } uuid ? AvatarOwners.Conversation(Guid.Parse(uuid)) : AvatarOwners.User(User!);
    }
}
