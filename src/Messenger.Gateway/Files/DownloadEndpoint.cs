using Messenger.Gateway.Links;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Messenger.Gateway.Files;

/// <summary>Files of messages: to who has a signed URL, or a credential of somebody who may see the message.</summary>
internal sealed class DownloadEndpoint(Credentials credentials, FileLinks links, IFileDirectory files, IGrainFactory grains, FileResponder responder)
{
    public const string Pattern = "/download/{conversation}/{file}";

    private const int UuidLength = 36;

    public async Task Get(HttpContext context)
    {
        if (Parse(context.GetRouteValue("conversation") as string, context.GetRouteValue("file") as string) is not var (conversation, message, pathName))
        {
            throw NotFound();
        }

        var query = context.Request.Query;
        if (query.ContainsKey(FileLinks.Signature) || query.ContainsKey(FileLinks.Expiry))
        {
            // Before anything is looked up: a bad signature must not tell what there is.
            if (!await links.IsSigned(query, conversation, Guid.Parse(message), pathName))
            {
                throw new RefusedException(Error.Forbidden("the URL is not signed by this server, or it has expired: ask RequestGetFiles for another"));
            }

            var row = await files.Find(conversation, Guid.Parse(message), pathName) ?? throw NotFound();
            await responder.Send(context, row.File, row.Size, MimeTypes.Bytes, row.Created, download: true);
            return;
        }

        var me = await credentials.Of(context.Request);
        var found = (await grains.Conversation(conversation.ToString()).GetFiles(me, message)).OrThrow().Files.FirstOrDefault(file => file.PathName == pathName)
            ?? throw NotFound();
        await responder.Send(context, found.Id, found.Size, MimeTypes.Bytes, found.Created, download: true);
    }

    /// <summary>What the path's last two parts name, unescaped; null for anything else.</summary>
    internal static (Guid Conversation, string Message, string PathName)? Parse(string? owner, string? file) =>
        OwnerNames.ConversationText(owner) is { } conversation && file is { Length: > UuidLength + 1 } && file[UuidLength] == '_'
        && Shape.Uuid(file[..UuidLength], "") is null
            ? (Guid.Parse(conversation), file[..UuidLength], file[(UuidLength + 1)..])
            : null;

    private static RefusedException NotFound() => new(Error.NotFound("there is no such file"));
}
