using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Messenger.Client.Profiles;

/// <summary>A directory and files in it that are their owner's alone, used by one process at a time.</summary>
/// <remarks>One at a time, as the server lets an application have one connection: two would displace each other.</remarks>
public sealed class FileProfile : IProfileStore, IDisposable
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly FileStream _held;

    private FileProfile(string directory, FileStream held) => (_directory, _held) = (directory, held);

    /// <summary>The directory.</summary>
    public string Folder => _directory;

    private string ProfileFile => Path.Combine(_directory, "profile.json");

    private string ProgressFile => Path.Combine(_directory, "progress.json");

    /// <summary>Takes the directory, made if it is not there, until disposed.</summary>
    /// <exception cref="ProfileInUseException">Another process has it.</exception>
    public static FileProfile Open(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnersFile | UnixFileMode.UserExecute);
        }

        try
        {
            return new FileProfile(directory, Create(Path.Combine(directory, "in-use"), FileMode.OpenOrCreate));
        }
        catch (IOException fault) when (fault is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new ProfileInUseException(directory, fault);
        }
    }

    /// <summary>Reads a profile without taking it.</summary>
    public static ProfileData Peek(string directory) => Read(Path.Combine(directory, "profile.json"), ProfileJson.Default.ProfileData);

    public ProfileData Load()
    {
        lock (_lock)
        {
            return Read(ProfileFile, ProfileJson.Default.ProfileData);
        }
    }

    public void Update(Func<ProfileData, ProfileData> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_lock)
        {
            Write(ProfileFile, change(Load()), ProfileJson.Default.ProfileData, toDisk: true);
        }
    }

    public Progress LoadProgress()
    {
        lock (_lock)
        {
            return Read(ProgressFile, ProfileJson.Default.Progress);
        }
    }

    public void SaveProgress(Progress progress)
    {
        lock (_lock)
        {
            Write(ProgressFile, progress, ProfileJson.Default.Progress, toDisk: false);
        }
    }

    public void Dispose() => _held.Dispose();

    private static T Read<T>(string file, JsonTypeInfo<T> json)
        where T : new() =>
        File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), json) ?? new() : new();

    private static void Write<T>(string file, T value, JsonTypeInfo<T> json, bool toDisk)
    {
        // Beside it first: a crash leaves the old one or the new one.
        var next = file + ".new";
        using (var stream = Create(next, FileMode.Create))
        {
            JsonSerializer.Serialize(stream, value, json);
            stream.Flush(toDisk);
        }

        File.Move(next, file, overwrite: true);
    }

    private static FileStream Create(string file, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnersFile;
        }

        return new FileStream(file, options);
    }
}

/// <summary>Another process uses this profile.</summary>
public sealed class ProfileInUseException(string directory, Exception inner)
    : IOException($"Another process uses the profile in {directory}: end it first, or name another with --profile", inner);
