using System.Globalization;
using System.Text;
using Messenger.Contracts;
using Messenger.Gateway.Links;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Files;

/// <summary>tus 1.0.0 at <c>/upload</c>: creation, creation-with-upload, termination, expiration, checksum.</summary>
/// <remarks>HEAD and PATCH take an upload over: a client that asks has lost its connection, whatever the server still believes of it.</remarks>
internal sealed class TusEndpoint(
    Credentials credentials, UploadWriter writer, UploadCompletion completion, IUploads uploads, FileLinks links, IOptions<FilesOptions> options, TimeProvider timeProvider)
{
    public const string Path = "/upload";

    private const string Version = "1.0.0";
    private const string Extensions = "creation,creation-with-upload,termination,expiration,checksum";
    private const string Piece = "application/offset+octet-stream";

    /// <summary>Characters of all metadata together: names, twice as long in Base64.</summary>
    private const int MetadataChars = 16 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public Task Options(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["Tus-Resumable"] = Version;
        headers["Tus-Version"] = Version;
        headers["Tus-Extension"] = Extensions;
        headers["Tus-Max-Size"] = options.Value.MaxBytes.ToString(CultureInfo.InvariantCulture);
        headers["Tus-Checksum-Algorithm"] = Checksum.Algorithms;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public async Task Create(HttpContext context)
    {
        Begin(context);
        var me = await credentials.Of(context.Request);
        var length = Number(context.Request, "Upload-Length");
        var metadata = UploadMetadata.Parse(Metadata(context.Request.Headers["Upload-Metadata"]));
        await completion.Ask(me, metadata, length);
        var upload = await writer.Reserve(me, metadata.Write(), length);
        context.Response.Headers.Location = $"{links.Origin(context.Request)}{Path}/{upload.Id:D}";
        if (IsPiece(context.Request))
        {
            upload = await writer.Receive(upload, context, Checksum.Parse(context.Request.Headers["Upload-Checksum"]));
        }

        await Join(me, upload);
        Tell(context.Response, upload);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    public async Task Head(HttpContext context)
    {
        Begin(context);
        context.Response.Headers.CacheControl = "no-store";
        var me = await credentials.Of(context.Request);
        var upload = await Taken(me, context, keep: true);

        // All bytes may be there and not be joined, where a process died in between: who asks must not be told that it is done before it is.
        await Join(me, upload);
        Tell(context.Response, upload);
        context.Response.Headers["Upload-Length"] = upload.Length.ToString(CultureInfo.InvariantCulture);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    public async Task Patch(HttpContext context)
    {
        Begin(context);
        if (!IsPiece(context.Request))
        {
            throw RefusedException.BadRequest($"Content-Type must be {Piece}", StatusCodes.Status415UnsupportedMediaType);
        }

        var me = await credentials.Of(context.Request);
        var offset = Number(context.Request, "Upload-Offset");
        var checksum = Checksum.Parse(context.Request.Headers["Upload-Checksum"]);
        var upload = await Taken(me, context, keep: false);
        if (offset != upload.Offset)
        {
            throw new RefusedException(Error.Conflict($"the upload is at offset {upload.Offset}, not {offset}"));
        }

        if (!upload.Finished && upload.Offset < upload.Length)
        {
            upload = await writer.Receive(upload, context, checksum);
        }

        await Join(me, upload);
        Tell(context.Response, upload);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task Delete(HttpContext context)
    {
        Begin(context);
        var me = await credentials.Of(context.Request);
        var upload = await Taken(me, context, keep: false);
        if (upload.Finished)
        {
            throw new RefusedException(Error.Conflict("the file has joined its message: delete the message"));
        }

        await uploads.Drop(upload.Id);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>For clients whose network knows only GET and POST.</summary>
    public Task Override(HttpContext context) => context.Request.Headers["X-HTTP-Method-Override"].ToString().ToUpperInvariant() switch
    {
        "PATCH" => Patch(context),
        "DELETE" => Delete(context),
        "HEAD" => Head(context),
        _ => throw RefusedException.BadRequest("an upload takes HEAD, PATCH and DELETE", StatusCodes.Status405MethodNotAllowed),
    };

    /// <summary>The fields of Upload-Metadata: names with Base64 of UTF-8, separated by commas.</summary>
    internal static Func<string, string?> Metadata(string? header)
    {
        if (header is null)
        {
            throw RefusedException.BadRequest("Upload-Metadata is missing");
        }

        if (header.Length > MetadataChars)
        {
            throw RefusedException.BadRequest($"Upload-Metadata takes at most {MetadataChars} characters");
        }

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split(' ');
            try
            {
                if (parts.Length > 2 || !fields.TryAdd(parts[0], parts.Length == 2 ? Strict.GetString(Convert.FromBase64String(parts[1])) : ""))
                {
                    throw new FormatException();
                }
            }
            catch (Exception fault) when (fault is FormatException or ArgumentException)
            {
                throw RefusedException.BadRequest("Upload-Metadata must hold different names, each with a space and Base64 of UTF-8, separated by commas");
            }
        }

        return fields.GetValueOrDefault;
    }

    private static void Begin(HttpContext context)
    {
        context.Response.Headers["Tus-Resumable"] = Version;
        if (context.Request.Headers["Tus-Resumable"] != Version)
        {
            context.Response.Headers["Tus-Version"] = Version;
            throw RefusedException.BadRequest($"Tus-Resumable must be {Version}", StatusCodes.Status412PreconditionFailed);
        }
    }

    private static bool IsPiece(HttpRequest request) => string.Equals(request.ContentType, Piece, StringComparison.OrdinalIgnoreCase);

    private static long Number(HttpRequest request, string header) =>
        long.TryParse(request.Headers[header], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw RefusedException.BadRequest($"{header} must be a whole number of bytes");

    private static void Tell(HttpResponse response, UploadRow upload)
    {
        response.Headers["Upload-Offset"] = (upload.Finished ? upload.Length : upload.Offset).ToString(CultureInfo.InvariantCulture);
        response.Headers["Upload-Expires"] = DateTimeOffset.FromUnixTimeMilliseconds(upload.Expires).ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>The actor's upload, taken over. Somebody else's is as unknown as one that never was.</summary>
    private async Task<UploadRow> Taken(Caller me, HttpContext context, bool keep)
    {
        var upload = Guid.TryParse(context.GetRouteValue("id") as string, out var id) ? await writer.Take(me, id, keep) : null;
        return upload is null ? throw new RefusedException(Error.NotFound("there is no such upload"))
            : upload.Expires < timeProvider.GetUtcNow().ToUnixTimeMilliseconds()
                ? throw new RefusedException(Error.NotFound("the upload expired: begin anew"), StatusCodes.Status410Gone)
            : upload;
    }

    private async Task Join(Caller me, UploadRow upload)
    {
        if (upload.Offset == upload.Length)
        {
            await JoinEmpty(upload);
            await completion.Join(me, upload);
        }
    }

    /// <summary>A file without bytes has had no piece that made it.</summary>
    private Task JoinEmpty(UploadRow upload) => upload is { Length: 0, Finished: false } ? writer.Make(upload) : Task.CompletedTask;
}
