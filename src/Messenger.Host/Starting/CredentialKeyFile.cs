using System.Security.Cryptography;
using Messenger.Grains.State;
using Messenger.Host.Configuration;

namespace Messenger.Host.Starting;

/// <summary>The key that credentials are sealed with: as configured, or embedded a file beside the database, made at the first start.</summary>
internal static class CredentialKeyFile
{
    /// <summary>Begins as all files of the data directory do, so that it is kept private as they are.</summary>
    private const string Name = "messenger.key";

    /// <summary>Newest first; empty in a cluster that was given none.</summary>
    public static IReadOnlyList<byte[]> Of(Settings settings)
    {
        if (settings.Data.CredentialKeys is not [] || !settings.Embedded)
        {
            return settings.Data.CredentialKeys;
        }

        var path = Path.Combine(settings.Data.Directory, Name);
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: CredentialSeal.KeyBytes } kept)
        {
            return [kept];
        }

        // Whole or not at all: half of a key would be taken for none, and sealed uuids could not be told any more.
        var key = RandomNumberGenerator.GetBytes(CredentialSeal.KeyBytes);
        var draft = path + ".new";
        using (var file = File.Create(draft))
        {
            file.Write(key);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
        return [key];
    }
}
