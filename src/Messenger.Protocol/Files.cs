using Orleans;

namespace Messenger.Protocol;

/// <summary>The files of a message that are really in the store.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetFiles(string ConversationUuid, string MessageUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Uuid(MessageUuid, "messageUuid");
}

/// <summary>The files of a message, as recorded.</summary>
[GenerateSerializer, Immutable]
public sealed record RequestGetFilesFast(string ConversationUuid, string MessageUuid) : IConversationRequest
{
    public string? Fault() => Shape.Uuid(ConversationUuid, "conversationUuid") ?? Shape.Uuid(MessageUuid, "messageUuid");
}

/// <summary>Answers <see cref="RequestGetFiles"/> and <see cref="RequestGetFilesFast"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record ResponseFiles(FileInfo[] Files);

/// <summary>A file of a message.</summary>
/// <param name="DownloadUrl">Signed, valid for one hour; needs no credential.</param>
/// <param name="Width">Pixels; -1 when unknown, as is <paramref name="Height"/>.</param>
/// <param name="Duration">Seconds, or null when unknown.</param>
/// <param name="Size">Bytes.</param>
[GenerateSerializer, Immutable]
public sealed record FileInfo(
    string FileNameEncrypted, string DownloadUrl, int Width, int Height, int? Duration, long Size,
    string? PreviewFileNameEncrypted, string? MimeType);

/// <summary>How the URLs of files are made.</summary>
public static class FilePaths
{
    /// <summary>What a conversation is called in URLs, before its uuid.</summary>
    public const string Conversation = "conversation_";

    /// <summary>A file's name as it stands in its URL: Base64 holds slashes.</summary>
    public static string PathName(string fileNameEncrypted) => fileNameEncrypted.Replace('/', '_');

    /// <summary>The path of a file's URL. What Base64 is made of stands there as it is.</summary>
    public static string Download(string conversationUuid, string messageUuid, string pathName) =>
        $"/download/{Conversation}{conversationUuid}/{messageUuid}_{Escaped(pathName)}";

    private static string Escaped(string pathName) =>
        Uri.EscapeDataString(pathName).Replace("%2B", "+", StringComparison.Ordinal).Replace("%3D", "=", StringComparison.Ordinal);
}
