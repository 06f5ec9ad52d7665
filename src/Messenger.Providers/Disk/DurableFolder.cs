using System.Runtime.InteropServices;

namespace Messenger.Providers.Disk;

/// <summary>Makes a folder's entries durable: a file's own flush does not promise that its name survives.</summary>
internal static class DurableFolder
{
    private const int ReadOnly = 0;

    /// <summary>Throws <see cref="IOException"/> when the disk fails. Windows keeps its own journal of names.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, ReadOnly);
        if (handle < 0)
        {
            throw new IOException($"the folder could not be opened (error {Marshal.GetLastPInvokeError()})");
        }

        try
        {
            // Some network file systems know no flush of folders, and write them through: EINVAL.
            const int notSupported = 22;
            if (Sync(handle) != 0 && Marshal.GetLastPInvokeError() is var error and not notSupported)
            {
                throw new IOException($"the folder could not be flushed (error {error})");
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

#pragma warning disable SYSLIB1054 // Three calls of the simplest kind: generated marshalling would ask for unsafe code.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
#pragma warning restore SYSLIB1054
}
