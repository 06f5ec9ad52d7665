using System.Runtime.InteropServices;

namespace Messenger.Host.Starting;

/// <summary>Whatever this process creates is this account's alone: 0600 and 0700, whichever library creates it.</summary>
internal static class PrivateFiles
{
    /// <summary>Nothing for the group, nothing for others.</summary>
    private const uint Mask = 0b000_111_111;

    public const UnixFileMode Directory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>From now on.</summary>
    public static void Require()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Umask(Mask);
        }
    }

    /// <summary>What an earlier release left readable in a directory of ours, and the directory itself.</summary>
    public static void Repair(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var file in System.IO.Directory.EnumerateFiles(directory, "messenger.*"))
        {
            System.IO.File.SetUnixFileMode(file, File);
        }

        try
        {
            System.IO.File.SetUnixFileMode(directory, Directory);
        }
        catch (UnauthorizedAccessException)
        {
            // A volume that the orchestrator owns keeps its mode. What is in it is ours, and private.
        }
    }

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint Umask(uint mask);
}
