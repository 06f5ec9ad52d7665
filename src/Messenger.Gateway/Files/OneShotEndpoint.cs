using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Messenger.Gateway.Files;

/// <summary>A small file in one request: the body is the file, the query string its metadata.</summary>
internal sealed class OneShotEndpoint(Credentials credentials, Intake intake, Attachment attachment, IUploads uploads)
{
    public const string Pattern = TusEndpoint.Path + "/{conversation}/{message}";

    public async Task Post(HttpContext context)
    {
        var me = await credentials.Of(context.Request);
        var claim = FileClaim.Parse(name => name switch
        {
            "conversationUuid" => OwnerNames.ConversationText(context.GetRouteValue("conversation") as string),
            "messageUuid" => context.GetRouteValue("message") as string,
            _ => context.Request.Query[name] is [{ } only] ? only : null,
        });
        var length = context.Request.ContentLength
            ?? throw RefusedException.BadRequest("Content-Length is missing", StatusCodes.Status411LengthRequired);
        await attachment.Ask(me, claim, length);
        var upload = await Whole(await intake.Reserve(me, claim.Write(), length), context);
        await attachment.Join(me, upload);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    /// <summary>Receives all of it, or drops what came: nobody can go on with a part.</summary>
    internal async Task<UploadRow> Whole(UploadRow upload, HttpContext context)
    {
        try
        {
            upload = await intake.Receive(upload, context);
            return upload.Offset == upload.Length ? upload : throw RefusedException.BadRequest("the body is shorter than Content-Length");
        }
        catch
        {
            await uploads.Drop(upload.Id);
            throw;
        }
    }
}
