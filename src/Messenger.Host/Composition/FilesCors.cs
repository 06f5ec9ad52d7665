using Messenger.Host.Configuration;

namespace Messenger.Host.Composition;

/// <summary>Files for web pages of other origins: those of <c>Gateway:AllowedOrigins</c>, which may open a WebSocket, may upload and download too. Nobody else's.</summary>
internal static class FilesCors
{
    private const string Policy = "files";

    /// <summary>A browser asks again after so long whether it may: a change of the configuration is noticed within it.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private static readonly string[] Paths = ["/upload", "/download", "/avatar"];

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    /// <summary>What tus clients, ranges and the credential take.</summary>
    private static readonly string[] Sent =
    [
        "Authorization", "Content-Type", "Range", "If-Range", "If-None-Match", "Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset", "Upload-Checksum",
    ];

    /// <summary>What a page may read of an answer besides what any page may.</summary>
    private static readonly string[] Read =
    [
        "Location", "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm", "Upload-Offset", "Upload-Length", "Upload-Expires",
        "Accept-Ranges", "Content-Range", "ETag", "Retry-After",
    ];

    public static void AddFilesCors(this WebApplicationBuilder builder, EdgeSettings edge) => builder.Services.AddCors(cors => cors.AddPolicy(Policy, policy => policy
        .WithOrigins([.. edge.AllowedOrigins]).WithMethods(Methods).WithHeaders(Sent).WithExposedHeaders(Read).SetPreflightMaxAge(Remembered)));

    public static void UseFilesCors(this WebApplication app, EdgeSettings edge)
    {
        if (edge.AllowedOrigins.Count > 0)
        {
            app.UseWhen(context => Paths.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal)), branch => branch.UseCors(Policy));
        }
    }
}
