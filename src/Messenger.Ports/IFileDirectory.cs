namespace Messenger.Ports;

/// <summary>Which files belong to which message, and whose avatar is which. Files of messages are written through <see cref="IMessageLog"/>.</summary>
/// <remarks>
/// A write is on disk when it returns. What loses its row becomes garbage in the same transaction. Everything here throws
/// <see cref="StoreUnavailableException"/> when the store is away.
/// </remarks>
public interface IFileDirectory
{
    /// <summary>The files of a message, oldest first.</summary>
    Task<IReadOnlyList<FileRow>> FilesOf(Guid conversation, long sequence);

    /// <summary>A file by the names in its URL; null when there is none, or its conversation was deleted.</summary>
    Task<FileRow?> Find(Guid conversation, Guid message, string pathName);

    Task<AvatarRow?> Avatar(string owner);

    /// <summary>Sets or, with a null file, removes an avatar that is no conversation's. Idempotent.</summary>
    Task PutAvatar(AvatarRow avatar);
}

/// <summary>A file of a message.</summary>
/// <param name="PathName">The name as it stands in URLs, one of a kind in its message.</param>
/// <param name="Width">Pixels; -1 when unknown, as is <paramref name="Height"/>.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
public sealed record FileRow(
    Guid File, long Sequence, string Name, string PathName, string? PreviewName, string MimeType, int Width, int Height, int? Duration, long Size, long Created)
{
    /// <summary>The sequence that was next in its conversation when it joined the message: who left before it does not see it.</summary>
    public long JoinedAt { get; init; }
}

/// <summary>An avatar.</summary>
/// <param name="Owner">See <see cref="AvatarOwners"/>.</param>
/// <param name="File">Null for none.</param>
/// <param name="Updated">Milliseconds since the Unix epoch.</param>
public sealed record AvatarRow(string Owner, Guid? File, string MimeType, long Size, long Updated);

/// <summary>How an avatar's owner is named.</summary>
public static class AvatarOwners
{
    public static string Conversation(Guid conversation) => $"conversation_{conversation}";

    public static string User(string userId) => $"user_{userId}";
}
