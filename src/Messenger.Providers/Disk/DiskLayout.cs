using System.Globalization;
using Messenger.Ports;
using Microsoft.Win32.SafeHandles;

namespace Messenger.Providers.Disk;

/// <summary>Which path a file has, and which files there are. Folders of two hexadecimal digits keep each of them small.</summary>
internal sealed class DiskLayout(string root)
{
    private const UnixFileMode OnlyMine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] Parts = ["files", "partial"];

    public string Partial(Guid id)
    {
        var name = Name(id);
        return Path.Combine(root, "partial", name[..2], name);
    }

    public string Complete(Guid id)
    {
        var name = Name(id);
        return Path.Combine(root, "files", name[..2], name[2..4], name);
    }

    /// <summary>Opens a file that grows, made where it is missing, locked against everybody else.</summary>
    public static SafeFileHandle Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        }

        using (new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = OnlyMine,
            BufferSize = 0,
        }))
        {
        }

        return File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
    }

    /// <summary>Makes a folder, and returns those above it whose entries changed by that.</summary>
    public static List<string> Make(string folder)
    {
        var changed = new List<string>();
        for (var missing = folder; !Directory.Exists(missing); missing = Path.GetDirectoryName(missing)!)
        {
            changed.Add(Path.GetDirectoryName(missing)!);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OnlyMine | UnixFileMode.UserExecute);
        }

        return changed;
    }

    /// <summary>In the order of the relative paths. A folder at a time: what is not asked for is not read.</summary>
    public IReadOnlyList<StoredObject> List(string? after, int max) => [.. Parts
        .SelectMany(part => Walk(part, after))
        .Where(place => after is null || string.CompareOrdinal(place, after) > 0)
        .Select(Described)
        .OfType<StoredObject>()
        .Take(max)];

    private IEnumerable<string> Walk(string place, string? after)
    {
        var path = Path.Combine(root, place);
        if (!Directory.Exists(path) || (after is not null && string.CompareOrdinal(place + "~", after) < 0))
        {
            yield break;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
        {
            var below = $"{place}/{Path.GetFileName(entry)}";
            if (!Directory.Exists(entry))
            {
                yield return below;
                continue;
            }

            foreach (var deeper in Walk(below, after))
            {
                yield return deeper;
            }
        }
    }

    /// <summary>Null for what is no file of ours, or went meanwhile.</summary>
    private StoredObject? Described(string place)
    {
        var file = new FileInfo(Path.Combine(root, place));
        return file.Exists && Guid.TryParseExact(file.Name, "N", out var id)
            ? new StoredObject(place, id, file.Length, file.LastWriteTimeUtc)
            : null;
    }

    private static string Name(Guid id) => id.ToString("N", CultureInfo.InvariantCulture);
}
