using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messenger.Providers.S3;

/// <summary>What is remembered about a file that grows: a multipart upload and the parts it has. Every part but the last has the same size.</summary>
/// <param name="Upload">Null until the first part.</param>
/// <param name="Parts">The parts' ETags, from part 1.</param>
internal sealed record S3State(string? Upload, IReadOnlyList<string> Parts)
{
    private static readonly S3State None = new(null, []);

    public static S3State Parse(string? text) => text is null ? None : JsonSerializer.Deserialize(text, S3StateJson.Default.S3State) ?? None;

    public override string ToString() => JsonSerializer.Serialize(this, S3StateJson.Default.S3State);
}

[JsonSerializable(typeof(S3State))]
internal sealed partial class S3StateJson : JsonSerializerContext;
