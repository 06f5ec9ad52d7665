namespace Messenger.Client.Files;

/// <summary>A file to send.</summary>
/// <param name="Name">As its receivers see it; sealed.</param>
/// <param name="MediaType">Such as <c>image/jpeg</c>; sealed.</param>
/// <param name="Content">Read once, from where it stands, while it is sealed.</param>
/// <param name="Preview">A small picture of it, sent before it; null: none.</param>
/// <param name="PreviewMediaType">The type of the preview.</param>
public sealed record OutgoingFile(string Name, string MediaType, Stream Content, Stream? Preview = null, string PreviewMediaType = "image/jpeg");

/// <summary>A file of a message.</summary>
/// <param name="SealedName">What the server calls it.</param>
/// <param name="Name">As its author called it: never a path to write to as it is. Null: it does not open, see <paramref name="Fault"/>.</param>
/// <param name="MediaType">As its author said; null where the name does not open.</param>
/// <param name="SealedBytes">Bytes of the ciphertext: a little more than the file has.</param>
/// <param name="Url">Signed; it expires after an hour, and is asked for again by <see cref="FileTransfer.Download"/>.</param>
/// <param name="PreviewSealedName">Which other file of the message is its preview, or null.</param>
/// <param name="Fault">Why the name does not open, or null.</param>
public sealed record SharedFile(
    string SealedName, string? Name, string? MediaType, long SealedBytes, Uri Url, string? PreviewSealedName, string? Fault = null);

/// <summary>How far a transfer is.</summary>
/// <param name="SealedName">Which file.</param>
/// <param name="Done">Bytes of ciphertext that the other side has.</param>
/// <param name="Total">Bytes of ciphertext.</param>
public sealed record TransferProgress(string MessageUuid, string SealedName, long Done, long Total);
