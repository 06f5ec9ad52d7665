using System.Globalization;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Messenger.Gateway.Files;

/// <summary>Sends a file out of the store: whole, a range of it, or only what a HEAD or a condition wants to know.</summary>
internal sealed class FileResponder(IFileStore store)
{
    /// <summary>Of one read. Four of them are what the connection buffers before it waits, so that reading and sending go on beside each other.</summary>
    private const int ChunkBytes = 16 * 1024;

    private static readonly FileHeaders Headers = new();

    /// <param name="size">Bytes, as its row says.</param>
    /// <param name="changed">Milliseconds since the Unix epoch.</param>
    /// <param name="download">A browser is told to save it, and not to show it.</param>
    public async Task Send(HttpContext context, Guid id, long size, string contentType, long changed, bool download)
    {
        if (HttpMethods.IsHead(context.Request.Method) && await store.Size(id, context.RequestAborted) is null)
        {
            throw Missing();
        }

        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "private, no-cache";
        if (download)
        {
            headers.ContentDisposition = "attachment";
        }

        // The id is made once per upload, and what is complete does not change: a strong validator.
        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{id:N}\""));
        if (Headers.Set(context, size, contentType, DateTimeOffset.FromUnixTimeMilliseconds(changed), tag) is not var (from, count))
        {
            return;
        }

        await using var content = await Open(context, id, from, count);
        FilesMeter.Gave(count);
        await Copy(content, count, context);
    }

    /// <summary>Opened before anything is sent: a file that is not there is still a 404.</summary>
    private async Task<Stream> Open(HttpContext context, Guid id, long from, long count)
    {
        try
        {
            return await store.Read(id, from, count, context.RequestAborted) ?? throw Missing();
        }
        catch
        {
            context.Response.Clear();
            throw;
        }
    }

    /// <summary>Reads straight into what the connection sends from: no buffer of our own, and no copy.</summary>
    private static async Task Copy(Stream content, long count, HttpContext context)
    {
        // Before the headers are out the writer gives memory that it copies.
        await context.Response.StartAsync(context.RequestAborted);
        var writer = context.Response.BodyWriter;
        while (count > 0)
        {
            var chunk = writer.GetMemory((int)Math.Min(ChunkBytes, count));
            var read = await content.ReadAsync(chunk[..(int)Math.Min(chunk.Length, count)], context.RequestAborted);
            if (read == 0)
            {
                throw new StoreUnavailableException("the file is shorter in the store than its row says");
            }

            writer.Advance(read);
            count -= read;
            if ((await writer.FlushAsync(context.RequestAborted)).IsCompleted)
            {
                // Nobody reads any more.
                return;
            }
        }
    }

    private static RefusedException Missing() => new(Error.NotFound("there is no such file"));
}
