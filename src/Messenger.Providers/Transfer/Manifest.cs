using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messenger.Providers.Transfer;

/// <summary>The last file of an export: without it the export did not end.</summary>
internal sealed record Manifest(int Format, string Release, IReadOnlyList<ManifestTable> Tables, ManifestFiles Files)
{
    public const int CurrentFormat = 1;
    public const string FileName = "manifest.json";

    public static string TablePath(string directory, string table) => Path.Combine(directory, $"{table}.jsonl.gz");

    public async Task Write(string directory)
    {
        var path = Path.Combine(directory, FileName);
        await using (var file = PrivateFile.Create(path + ".part"))
        {
            await JsonSerializer.SerializeAsync(file, this, ManifestJson.Default.Manifest);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".part", path);
    }

    /// <exception cref="TransferRefusedException">There is none, or it is of another kind.</exception>
    public static async Task<Manifest> Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            throw new TransferRefusedException($"{directory} is no finished export: it has no {FileName}. Export again, into a new directory.");
        }

        try
        {
            await using var file = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync(file, ManifestJson.Default.Manifest) is { Format: CurrentFormat, Files: not null } manifest
                ? manifest
                : throw new TransferRefusedException($"{path} is of another format than {CurrentFormat}: import it with the release that wrote it.");
        }
        catch (JsonException fault)
        {
            throw new TransferRefusedException($"{path} cannot be read: export again, into a new directory.", fault);
        }
    }
}

/// <param name="Sha256">Of the rows' text before compression.</param>
internal sealed record ManifestTable(string Name, IReadOnlyList<string> Columns, long Rows, string Sha256);

/// <param name="Missing">Files that a row names and the store did not have: their bytes were lost before.</param>
/// <param name="Sha256">Of the list of digests.</param>
internal sealed record ManifestFiles(long Count, long Missing, string Sha256);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;

/// <summary>Files for this account alone.</summary>
internal static class PrivateFile
{
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>A folder for this account alone; there already is fine.</summary>
    public static void Folder(string path) => _ = OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path)
        : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}

/// <summary>Names bytes as the manifest does.</summary>
internal static class Digest
{
    public static string End(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
