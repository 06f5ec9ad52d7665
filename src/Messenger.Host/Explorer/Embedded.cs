using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Messenger.Host.Explorer;

/// <summary>A file that is part of this program.</summary>
/// <param name="Name">The resource's name, such as <c>explorer/app.js</c>.</param>
internal sealed record Embedded(string Name, string ContentType, byte[] Bytes, EntityTagHeaderValue Tag)
{
    /// <summary>Every resource below a folder, or the one of this name.</summary>
    public static IEnumerable<Embedded> Under(string name) =>
        typeof(Embedded).Assembly.GetManifestResourceNames().Where(resource => resource.StartsWith(name, StringComparison.Ordinal)).Select(Read);

    private static Embedded Read(string name)
    {
        using var stream = typeof(Embedded).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new Embedded(name, TypeOf(name), bytes, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..8])}\""));
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".json" => "application/json",
        ".webmanifest" => "application/manifest+json",
        ".yaml" => "application/yaml",
        var other => throw new NotSupportedException($"{name} is embedded, and nothing says what a {other} is"),
    };
}
