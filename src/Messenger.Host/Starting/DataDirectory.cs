using Messenger.Host.Configuration;

namespace Messenger.Host.Starting;

/// <summary>The embedded store's directory, held by this process alone until it is disposed or the process ends, however it ends.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(FileStream @lock) => _lock = @lock;

    /// <exception cref="StartRefusedException">It cannot be written to, or another process has it.</exception>
    public static DataDirectory Hold(string directory)
    {
        try
        {
            Make(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(directory, fault);
        }

        try
        {
            // Not shared: the system's lock on it ends with the process, whatever becomes of the process.
            return new DataDirectory(new FileStream(Path.Combine(directory, "messenger.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException fault)
        {
            throw Unwritable(directory, fault);
        }
        catch (IOException fault)
        {
            throw File.Exists(Path.Combine(directory, "messenger.lock"))
                ? new StartRefusedException(
                    $"{ConfigKeys.DataDirectory.Name} is '{directory}', which another process uses: stop that one, or give this one a directory of its own.", fault)
                : Unwritable(directory, fault);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static void Make(string directory)
    {
        // It holds phone numbers' hashes, credentials and social graphs: for this account alone.
        Directory.CreateDirectory(directory);
        PrivateFiles.Repair(directory);
    }

    private static StartRefusedException Unwritable(string directory, Exception fault) =>
        new($"{ConfigKeys.DataDirectory.Name} is '{directory}', which cannot be written to ({fault.Message.TrimEnd('.')}).", fault);
}
