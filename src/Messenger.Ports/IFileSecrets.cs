namespace Messenger.Ports;

/// <summary>What the gateways of one cluster share about files besides the files.</summary>
/// <remarks>A write is on disk when it returns. Everything here throws <see cref="StoreUnavailableException"/> when the store is away.</remarks>
public interface IFileSecrets
{
    /// <summary>The keys that URLs are signed with, newest first.</summary>
    Task<IReadOnlyList<SigningKeyRow>> SigningKeys();

    /// <summary>Adds a key and forgets those made before <paramref name="forget"/>; the new one is not added when one as new as <paramref name="unless"/> is there.</summary>
    Task AddSigningKey(SigningKeyRow key, long unless, long forget);

    /// <summary>The mark of the one store that all gateways use: the first to ask sets it.</summary>
    Task<string> StoreMark(string mine);
}

/// <summary>A key of HMAC-SHA-256. Never logged.</summary>
/// <param name="Created">Milliseconds since the Unix epoch.</param>
public sealed record SigningKeyRow(string Name, string SecretBase64, long Created);
