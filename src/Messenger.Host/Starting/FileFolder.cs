using Messenger.Host.Configuration;
using Messenger.Host.Logging;
using Messenger.Ports;
using Messenger.Providers.Disk;

namespace Messenger.Host.Starting;

/// <summary>The folder of the files, checked before the first upload: writable, and in a cluster the same one at every gateway.</summary>
internal static class FileFolder
{
    /// <exception cref="StartRefusedException">It is not.</exception>
    public static async Task Check(Settings settings, IServiceProvider services, ILogger logger)
    {
        if (!settings.Silo.TerminatesSockets)
        {
            return;
        }

        if (!settings.Files.HasStore)
        {
            Log.NoFiles(logger, ConfigKeys.FilesDirectory.Name, ConfigKeys.FilesProvider.Name);
            return;
        }

        if (settings.Files.Directory is not { } folder)
        {
            return;
        }

        var mark = Mark(folder);
        if (!settings.Embedded && await services.GetRequiredService<IFileSecrets>().StoreMark(mark) != mark)
        {
            throw ConfigKeys.FilesDirectory.Refuse(
                "that is not the folder of this cluster's other gateways: mount the one they share, or keep files in S3. If theirs is lost for good, empty the table file_store first", folder);
        }
    }

    /// <summary>Makes the folder where there is none; the mark that it bears.</summary>
    /// <exception cref="StartRefusedException">It cannot be written to.</exception>
    public static string Mark(string folder)
    {
        try
        {
            return DiskServices.MarkOf(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw ConfigKeys.FilesDirectory.Refuse($"it cannot be written to ({fault.Message.TrimEnd('.')})", folder);
        }
    }
}
