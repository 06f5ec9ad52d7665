using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Messenger.Gateway.Files;

/// <summary>A small file in one request: the body is the file, the query string its metadata.</summary>
internal sealed class OneShotEndpoint(Credentials credentials, UploadWriter writer, UploadCompletion completion, IUploads uploads)
{
    public const string Pattern = TusEndpoint.Path + "/{conversation}/{message}";

    public async Task Post(HttpContext context)
    {
        var me = await credentials.Of(context.Request);
        var metadata = UploadMetadata.Parse(name => name switch
        {
            "conversationUuid" => OwnerNames.ConversationText(context.GetRouteValue("conversation") as string),
            "messageUuid" => context.GetRouteValue("message") as string,
            _ => context.Request.Query[name] is [{ } only] ? only : null,
        });
        var length = context.Request.ContentLength
            ?? throw RefusedException.BadRequest("Content-Length is missing", StatusCodes.Status411LengthRequired);
        await completion.Ask(me, metadata, length);
        var upload = await Whole(await writer.Reserve(me, metadata.Write(), length), context);
        await completion.Join(me, upload);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    /// <summary>Receives all of it, or drops what came: nobody can go on with a part.</summary>
    internal async Task<UploadRow> Whole(UploadRow upload, HttpContext context)
    {
        try
        {
            upload = await writer.Receive(upload, context);
            return upload.Offset == upload.Length ? upload : throw RefusedException.BadRequest("the body is shorter than Content-Length");
        }
        catch
        {
            await uploads.Drop(upload.Id);
            throw;
        }
    }
}
