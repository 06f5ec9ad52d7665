using Messenger.Client.Profiles;

namespace Messenger.Client.Tests;

/// <summary>A profile on disk.</summary>
public sealed class FileProfileTests : IDisposable
{
    private readonly string _directory = Path.Combine(Directory.CreateTempSubdirectory("profile-").FullName, "me");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    [Fact]
    public void What_was_stored_is_found_again_by_the_next_process()
    {
        var data = new ProfileData { Phone = Sample.Phone, ApplicationUuid = "a", PrivateKeyEncrypted = "pem" };
        data = data with { Known = data.Known.SetItem(Sample.Other, [new KnownKey("pair", "key")]) };
        var progress = new Progress { Cursor = "c-1", Synchronised = true };
        progress = progress with { Seen = progress.Seen.SetItem("X", new Mark(Sample.MessageUuid(1), 1)) };
        using (var store = FileProfile.Open(_directory))
        {
            store.Update(_ => data);
            store.SaveProgress(progress);
            store.Update(profile => profile with { KeyPairUuid = "pair" });
        }

        using var again = FileProfile.Open(_directory);
        Assert.Equal((Sample.Phone, "a", "pem", "pair"), (again.Load().Phone, again.Load().ApplicationUuid, again.Load().PrivateKeyEncrypted, again.Load().KeyPairUuid));
        Assert.Equal(new KnownKey("pair", "key"), Assert.Single(again.Load().Known[Sample.Other]));
        Assert.Equal(("c-1", true), (again.LoadProgress().Cursor, again.LoadProgress().Synchronised));
        Assert.Equal(new Mark(Sample.MessageUuid(1), 1), again.LoadProgress().Seen["X"]);
    }

    [Fact]
    public void It_is_its_owners_alone()
    {
        using var store = FileProfile.Open(_directory);
        store.Update(profile => profile with { Phone = Sample.Phone });
        store.SaveProgress(new Progress());
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory));
            foreach (var file in Directory.GetFiles(_directory))
            {
                Assert.Equal(Owner, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public void One_process_has_it_at_a_time()
    {
        using (FileProfile.Open(_directory))
        {
            Assert.Throws<ProfileInUseException>(() => FileProfile.Open(_directory));
        }

        FileProfile.Open(_directory).Dispose();
    }
}
