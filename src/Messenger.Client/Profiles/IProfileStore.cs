using System.Text.Json;

namespace Messenger.Client.Profiles;

/// <summary>Where a device's memory lives. What was saved is found again after a crash, whole.</summary>
public interface IProfileStore
{
    ProfileData Load();

    void Save(ProfileData profile);
}

/// <summary>For tests and throw-away people.</summary>
public sealed class MemoryProfile : IProfileStore
{
    private ProfileData _profile = new();

    public ProfileData Load() => _profile;

    public void Save(ProfileData profile) => _profile = profile;
}

/// <summary>One file below a directory that is its owner's alone.</summary>
public sealed class FileProfile : IProfileStore
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _file;

    public FileProfile(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnersFile | UnixFileMode.UserExecute);
        }

        _file = Path.Combine(directory, "profile.json");
    }

    public ProfileData Load() =>
        File.Exists(_file) ? JsonSerializer.Deserialize(File.ReadAllBytes(_file), ClientJson.Default.ProfileData) ?? new() : new();

    public void Save(ProfileData profile)
    {
        // Beside it first: a crash leaves the old one or the new one.
        var next = _file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnersFile;
        }

        using (var stream = new FileStream(next, options))
        {
            JsonSerializer.Serialize(stream, profile, ClientJson.Default.ProfileData);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, _file, overwrite: true);
    }
}
