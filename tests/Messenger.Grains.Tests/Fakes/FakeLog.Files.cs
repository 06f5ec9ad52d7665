using Messenger.Ports;

namespace Messenger.Grains.Tests.Fakes;

/// <summary>The files of its messages, and avatars.</summary>
internal sealed partial class FakeLog : IFileDirectory
{
    private readonly Dictionary<string, AvatarRow> _avatars = new(StringComparer.Ordinal);

    public Task<IReadOnlyList<FileRow>> FilesOf(Guid conversation, long sequence) => Reading<IReadOnlyList<FileRow>>(() =>
        [.. (Found(conversation)?.Files.Values ?? Enumerable.Empty<FileRow>()).Where(file => file.Sequence == sequence).OrderBy(file => file.Created)]);

    public Task<FileRow?> Find(Guid conversation, Guid message, string pathName) => Reading(() => Found(conversation) is { } found
        ? found.Messages.Values.Where(row => row.Uuid == message).Select(row => found.Files.GetValueOrDefault((row.Sequence, pathName))).FirstOrDefault()
        : null);

    public Task<AvatarRow?> Avatar(string owner) => Reading(() => _avatars.GetValueOrDefault(owner));

    public Task PutAvatar(AvatarRow avatar) => Reading(() => Keep(avatar));

    private bool Keep(AvatarRow avatar) => avatar.File is null ? _avatars.Remove(avatar.Owner) : (_avatars[avatar.Owner] = avatar) is not null;
}
