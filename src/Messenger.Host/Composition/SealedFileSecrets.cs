using Messenger.Grains.State;
using Messenger.Ports;

namespace Messenger.Host.Composition;

/// <summary>The keys that URLs of files are signed with, sealed in the database: a stolen backup opens no file.</summary>
/// <remarks>Rows of earlier releases are read as they are; they go with their key's period.</remarks>
internal sealed class SealedFileSecrets(IFileSecrets inner, CredentialSeal seal) : IFileSecrets
{
    /// <summary>In place of a user: what was sealed for one opens nothing here, and the other way round.</summary>
    private const string Owner = "file-signing-key";

    /// <summary>Of a key as it is; a sealed one is longer.</summary>
    private const int OpenBytes = 32;

    /// <summary>Keys that cannot be opened with this process's key, found by the last look: another <c>Data:CredentialKey</c> made them.</summary>
    private volatile bool _locked;

    public async Task<IReadOnlyList<SigningKeyRow>> SigningKeys()
    {
        var rows = await inner.SigningKeys();
        var opened = rows.Select(Opened).OfType<SigningKeyRow>().ToList();
        _locked = opened.Count < rows.Count;
        return opened;
    }

    /// <summary>One that nobody can open must not keep a new one from being added.</summary>
    public Task AddSigningKey(SigningKeyRow key, long unless, long forget) => inner.AddSigningKey(
        key with { SecretBase64 = Convert.ToBase64String(seal.Seal(Owner, key.SecretBase64)) }, _locked ? key.Created : unless, forget);

    public Task<string> StoreMark(string mine) => inner.StoreMark(mine);

    private SigningKeyRow? Opened(SigningKeyRow row)
    {
        var stored = Convert.FromBase64String(row.SecretBase64);
        return stored.Length == OpenBytes ? row
            : seal.Unseal(Owner, stored) is { } secret ? row with { SecretBase64 = secret }
            : null;
    }
}
