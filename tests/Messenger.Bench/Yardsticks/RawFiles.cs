using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Messenger.Bench.Yardsticks;

/// <summary>The ceiling for files: a body copied into a file and flushed to disk before it is answered, and a file sent by the framework.</summary>
internal static class RawFiles
{
    /// <summary>The environment's name for where to put them.</summary>
    public const string Folder = "MESSENGER_BENCH_FILES";

    private const int BufferBytes = 256 * 1024;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var folder = Environment.GetEnvironmentVariable(Folder) ?? Path.GetTempPath();
        endpoints.MapPost("/files/{name:int}", async (HttpContext context, int name) =>
        {
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
            await using var file = new FileStream(Name(name), FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            await context.Request.Body.CopyToAsync(file, BufferBytes, context.RequestAborted);
            file.Flush(flushToDisk: true);
            context.Response.StatusCode = StatusCodes.Status201Created;
        });
        endpoints.MapGet("/files/{name:int}", (int name) => Results.File(Name(name), "application/octet-stream", enableRangeProcessing: true));

        string Name(int name) => Path.Combine(folder, name.ToString(CultureInfo.InvariantCulture));
    }
}
