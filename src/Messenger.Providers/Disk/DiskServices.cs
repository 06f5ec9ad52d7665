using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Messenger.Providers.Disk;

/// <summary>Files in a folder.</summary>
public static class DiskServices
{
    private const string Mark = "messenger.store";

    public static IServiceCollection AddDisk(this IServiceCollection services, DiskOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(options).AddSingleton<IFileStore, DiskFileStore>();
    }

    /// <summary>The mark that this folder bears, which tells it from any other; it gets one where it has none.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static string MarkOf(string folder)
    {
        DiskLayout.Make(folder);
        var path = Path.Combine(folder, Mark);
        if (!File.Exists(path))
        {
            // Renamed into place without replacing: of processes that start together all read the same.
            var mine = $"{path}.{Guid.NewGuid():N}";
            File.WriteAllText(mine, Guid.NewGuid().ToString("N"));
            try
            {
                File.Move(mine, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(mine);
            }

            DurableFolder.Flush(folder);
        }

        return File.ReadAllText(path);
    }
}
