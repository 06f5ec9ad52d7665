using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Messenger.Protocol;

namespace Messenger.Gateway.Files;

/// <summary>What an upload says of the file it brings.</summary>
/// <param name="Width">Pixels; -1 when unknown, as is <paramref name="Height"/>.</param>
/// <param name="Duration">Seconds.</param>
internal sealed record UploadMetadata(
    string ConversationUuid, string MessageUuid, string FileNameEncrypted, string MimeType, string? PreviewFileNameEncrypted,
    int Width, int Height, int? Duration)
{
    private const int Unknown = -1;

    /// <summary>Pixels of the longest side that anybody has, and seconds of some weeks.</summary>
    private const int MaxNumber = 10_000_000;

    [JsonIgnore]
    public string PathName => FilePaths.PathName(FileNameEncrypted);

    /// <summary>From the metadata of an upload or a query string; throws <see cref="RefusedException"/> with the field that is wrong.</summary>
    public static UploadMetadata Parse(Func<string, string?> field)
    {
        var (conversation, message, name, mime) = (field("conversationUuid"), field("messageUuid"), field("fileNameEncrypted"), field("mimeType"));
        var preview = field("previewFileNameEncrypted");
        var fault = Shape.Uuid(conversation, "conversationUuid")
            ?? Shape.Uuid(message, "messageUuid")
            ?? Name(name, "fileNameEncrypted")
            ?? (preview is null ? null : Name(preview, "previewFileNameEncrypted"))
            ?? MimeTypes.Fault(mime, "mimeType");
        return fault is null
            ? new UploadMetadata(
                conversation!, message!, name!, mime!, preview,
                Number(field, "width") ?? Unknown, Number(field, "height") ?? Unknown, Number(field, "duration"))
            : throw RefusedException.BadRequest(fault);
    }

    public static UploadMetadata Read(string target) => JsonSerializer.Deserialize(target, FilesJson.Default.UploadMetadata)!;

    public string Write() => JsonSerializer.Serialize(this, FilesJson.Default.UploadMetadata);

    /// <summary>A name is opaque, but it stands in URLs and in the database: control characters have no place in either.</summary>
    private static string? Name(string? name, string field) =>
        Shape.Text(name, field, Limits.FileName)
        ?? Shape.Bytes(name, field, Limits.FileNameBytes)
        ?? (name is not null && name.Any(char.IsControl) ? $"{field} must have no control characters" : null);

    private static int? Number(Func<string, string?> field, string name) => field(name) switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MaxNumber => number,
        "-1" => null,
        _ => throw RefusedException.BadRequest($"{name} must be a whole number from 0 to {MaxNumber}, or be left out"),
    };
}

[JsonSerializable(typeof(UploadMetadata))]
internal sealed partial class FilesJson : JsonSerializerContext;
