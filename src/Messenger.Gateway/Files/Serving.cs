using System.Globalization;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Messenger.Gateway.Files;

/// <summary>Sends a file out of the store: ranges, ETag, conditions and HEAD are the framework's.</summary>
internal sealed class Serving(IFileStore store)
{
    /// <param name="changed">Milliseconds since the Unix epoch.</param>
    /// <param name="download">A browser is told to save it, and not to show it.</param>
    public async Task Send(HttpContext context, Guid id, string contentType, long changed, bool download)
    {
        if (await store.Size(id, context.RequestAborted) is not { } size)
        {
            throw new RefusedException(Refused.NotFound("there is no such file"));
        }

        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "private, no-cache";
        if (download)
        {
            headers.ContentDisposition = "attachment";
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            FilesMeter.Gave(size);
        }

        // The id is made once per upload, and what is complete does not change: a strong validator.
        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{id:N}\""));
        await using var content = new StoredContent(store, id, size, End(context.Request, size), context.RequestAborted);
        await Results.Stream(content, contentType, null, DateTimeOffset.FromUnixTimeMilliseconds(changed), tag, enableRangeProcessing: true).ExecuteAsync(context);
    }

    private static long End(HttpRequest request, long size) =>
        request.GetTypedHeaders().Range is { Ranges: { Count: 1 } ranges } && ranges.First() is { From: not null, To: { } to } ? Math.Min(to + 1, size) : size;
}
