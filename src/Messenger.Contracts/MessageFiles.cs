using Orleans;

namespace Messenger.Contracts;

/// <summary>The files of a message.</summary>
/// <param name="ConversationUuid">As its creator spelled it, as is <paramref name="MessageUuid"/>.</param>
[GenerateSerializer, Immutable]
public sealed record MessageFiles(string ConversationUuid, string MessageUuid, MessageFile[] Files);

/// <summary>A file of a message.</summary>
/// <param name="Id">Of its bytes in the store.</param>
/// <param name="PathName">The name as it stands in URLs, one of a kind in its message.</param>
/// <param name="Width">Pixels; -1 when unknown, as is <paramref name="Height"/>.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Created">When it joined, in milliseconds since the Unix epoch.</param>
[GenerateSerializer, Immutable]
public sealed record MessageFile(
    Guid Id, string Name, string PathName, string? PreviewName, string MimeType, int Width, int Height, int? Duration, long Size,
    long Created = 0);

/// <summary>An avatar's bytes in the store.</summary>
[GenerateSerializer, Immutable]
public sealed record AvatarFile(Guid File, string MimeType, long Size);
