namespace Messenger.Client.Profiles;

/// <summary>Where a device's memory lives. Safe for use from any thread.</summary>
public interface IProfileStore
{
    /// <summary>Who this device is; an empty profile if it is nobody yet.</summary>
    ProfileData Load();

    /// <summary>Changes the profile; when it returns, the change survives a crash, whole.</summary>
    /// <param name="change">Called once, with what is stored now.</param>
    void Update(Func<ProfileData, ProfileData> change);

    /// <summary>How far it has read.</summary>
    Progress LoadProgress();

    /// <summary>A crash may lose the newest, never the wholeness: then a few messages are handed over again.</summary>
    void SaveProgress(Progress progress);
}

/// <summary>For tests and throw-away people.</summary>
public sealed class MemoryProfile : IProfileStore
{
    private readonly Lock _lock = new();
    private ProfileData _profile = new();
    private volatile Progress _progress = new();

    public ProfileData Load()
    {
        lock (_lock)
        {
            return _profile;
        }
    }

    public void Update(Func<ProfileData, ProfileData> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_lock)
        {
            _profile = change(_profile);
        }
    }

    public Progress LoadProgress() => _progress;

    public void SaveProgress(Progress progress) => _progress = progress;
}
