using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Orleans;

namespace Messenger.Gateway.Files;

/// <summary>From bytes that are all there to the file of a message, or an avatar.</summary>
/// <remarks>Every step can be repeated: what was interrupted is taken up by the next request for the upload.</remarks>
internal sealed class UploadCompletion(IGrainFactory grains, IFileStore store, IUploads uploads)
{
    private const int CompareBytes = 64 * 1024;

    /// <summary>Throws <see cref="RefusedException"/> where the author may not add such a file.</summary>
    public async Task Ask(Caller me, UploadMetadata metadata, long length) =>
        (await grains.Conversation(metadata.ConversationUuid).MayAddFile(me, metadata.MessageUuid, metadata.FileNameEncrypted, length)).OrThrow();

    /// <summary>Joins the file to its message.</summary>
    public async Task Join(Caller me, UploadRow upload)
    {
        if (!upload.Finished)
        {
            var metadata = UploadMetadata.Read(upload.Target);
            await store.Complete(upload.File, CancellationToken.None);
            await Settle(upload, await grains.Conversation(metadata.ConversationUuid).AddFile(me, metadata.MessageUuid, new MessageFile(
                upload.Id, metadata.FileNameEncrypted, metadata.PathName, metadata.PreviewFileNameEncrypted, metadata.MimeType, metadata.Width, metadata.Height,
                metadata.Duration, upload.Length)));
        }
    }

    /// <summary>Makes the file an avatar; one that is the same already stays, so that a retry changes and tells nothing.</summary>
    public async Task Show(UploadRow upload, string mimeType, AvatarRow? current, Func<AvatarFile, Task<Result>> set)
    {
        await store.Complete(upload.File, CancellationToken.None);
        if (current is { File: { } shown } && current.Size == upload.Length && current.MimeType == mimeType && await AreSame(shown, upload))
        {
            await uploads.Drop(upload.Id);
            return;
        }

        await Settle(upload, await set(new AvatarFile(upload.Id, mimeType, upload.Length)));
    }

    private async Task<bool> AreSame(Guid shown, UploadRow upload)
    {
        await using var one = await store.Read(shown, 0, upload.Length, CancellationToken.None);
        await using var other = await store.Read(upload.Id, 0, upload.Length, CancellationToken.None);
        if (one is null || other is null)
        {
            return false;
        }

        var (left, right) = (new byte[CompareBytes], new byte[CompareBytes]);
        while (true)
        {
            var read = await one.ReadAtLeastAsync(left, CompareBytes, throwOnEndOfStream: false);
            if (read != await other.ReadAtLeastAsync(right, CompareBytes, throwOnEndOfStream: false) || !left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read)))
            {
                return false;
            }

            if (read < CompareBytes)
            {
                return true;
            }
        }
    }

    private async Task Settle(UploadRow upload, Result answer)
    {
        if (answer.Error is { } error && error.Status != Statuses.Unavailable)
        {
            await uploads.Drop(upload.Id);
        }

        answer.OrThrow();
        await uploads.Finish(upload.Id);
    }
}
