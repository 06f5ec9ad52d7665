using System.Globalization;

namespace Messenger.Gateway.Listening;

/// <summary>The process's descriptors: of files, sockets, and all else that the kernel numbers.</summary>
internal static class OpenFiles
{
    private const string Limits = "/proc/self/limits";
    private const string Open = "/proc/self/fd";

    /// <summary>How many it may have; null where nothing says so.</summary>
    public static int? Limit() => File.Exists(Limits) ? LimitIn(File.ReadLines(Limits)) : null;

    /// <summary>How many it has; 0 where nothing says so, and null where there is not even one left to look with.</summary>
    public static int? Count()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Open).Count();
        }
        catch (DirectoryNotFoundException)
        {
            return 0;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <param name="limits">As the kernel writes them: "Max open files   1024   524288   files".</param>
    internal static int? LimitIn(IEnumerable<string> limits)
    {
        const string Name = "Max open files";
        var line = limits.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
            && int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
