using System.Buffers;
using Messenger.Ports;
using Messenger.Providers.Files;
using Microsoft.Win32.SafeHandles;

namespace Messenger.Providers.Disk;

/// <summary>Files below a folder: <c>partial/ab/ID</c> while they grow, <c>files/ab/cd/ID</c> once they are complete.</summary>
/// <remarks>
/// Completing is a rename, so that a complete file is seen as a whole or not at all. Names are made from the id alone: nothing a client sends
/// gets into a path. A file that grows is locked by who writes it, also against other processes on the same folder.
/// </remarks>
internal sealed class DiskFileStore(DiskOptions options, TimeProvider timeProvider) : IFileStore
{
    private readonly DiskLayout _layout = new(options.Folder);

    public async Task<PartialFile> Append(PartialFile file, Stream content, Func<PartialFile, Task> progress, CancellationToken cancellation)
    {
        using var handle = Guarded(() => Open(file));
        var buffer = ArrayPool<byte>.Shared.Rent(DiskOptions.BufferBytes);
        try
        {
            var reader = new ContentReader(content);
            var (written, since) = (file.Offset, timeProvider.GetTimestamp());
            while (written < file.Length)
            {
                var most = (int)Math.Min(buffer.Length, file.Length - written);
                var read = await Fill(reader, buffer.AsMemory(0, most), since, cancellation);
                if (read == 0)
                {
                    break;
                }

                await Guarded(async () => await RandomAccess.WriteAsync(handle, buffer.AsMemory(0, read), written, cancellation));
                written += read;
                if (written - file.Offset >= DiskOptions.CheckpointBytes || timeProvider.GetElapsedTime(since) >= DiskOptions.CheckpointPeriod)
                {
                    file = await Durable(handle, file with { Offset = written }, progress);
                    since = timeProvider.GetTimestamp();
                }
            }

            if (written > file.Offset || written == file.Length)
            {
                file = await Durable(handle, file with { Offset = written }, progress);
            }

            reader.ThrowIfBroken();
            return file;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public Task Complete(PartialFile file, CancellationToken cancellation) => Task.Run(
        () => Guarded(() =>
        {
            var (from, to) = (_layout.Partial(file.Id), _layout.Complete(file.Id));
            if (!File.Exists(from) && File.Exists(to))
            {
                return;
            }

            if (new FileInfo(from).Length != file.Length)
            {
                throw new IOException($"the file has {new FileInfo(from).Length} bytes and should have {file.Length}");
            }

            var made = DiskLayout.Make(Path.GetDirectoryName(to)!);
            File.Move(from, to, overwrite: true);
            DurableFolder.Flush(Path.GetDirectoryName(to)!);
            made.ForEach(DurableFolder.Flush);
        }),
        cancellation);

    public Task<Stream?> Read(Guid id, long from, long count, CancellationToken cancellation) => Task.FromResult(Guarded<Stream?>(() =>
    {
        try
        {
            return new FileRange(File.OpenHandle(_layout.Complete(id), options: FileOptions.SequentialScan), from, count);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }));

    public Task<long?> Size(Guid id, CancellationToken cancellation) => Task.FromResult(Guarded<long?>(() =>
        new FileInfo(_layout.Complete(id)) is { Exists: true } file ? file.Length : null));

    public Task Remove(Guid id, string? state, CancellationToken cancellation)
    {
        Guarded(() =>
        {
            foreach (var path in (string[])[_layout.Partial(id), _layout.Complete(id)])
            {
                try
                {
                    File.Delete(path);
                }
                catch (DirectoryNotFoundException)
                {
                    // Then it is not there.
                }
            }
        });
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<StoredObject>> List(string? after, int max, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<StoredObject>>(() => Guarded(() => _layout.List(after, max)), cancellation);

    /// <summary>Fills the buffer by half or more, for fewer, larger writes; of a slow client's content what comes until the next checkpoint.</summary>
    private async ValueTask<int> Fill(ContentReader reader, Memory<byte> buffer, long since, CancellationToken cancellation)
    {
        var filled = 0;
        while (filled < buffer.Length && await reader.Read(buffer[filled..], cancellation) is > 0 and var read)
        {
            filled += read;
            if (filled >= buffer.Length / 2 || timeProvider.GetElapsedTime(since) >= DiskOptions.CheckpointPeriod)
            {
                break;
            }
        }

        return filled;
    }

    private async Task<PartialFile> Durable(SafeFileHandle handle, PartialFile file, Func<PartialFile, Task> progress)
    {
        await Task.Run(() => Guarded(() =>
        {
            RandomAccess.FlushToDisk(handle);
            if (file.Offset < file.Length)
            {
                // Its name too, and the folder's own. A file that has everything is about to get another name, which is flushed then.
                var folder = Path.GetDirectoryName(_layout.Partial(file.Id))!;
                DurableFolder.Flush(folder);
                DurableFolder.Flush(Path.GetDirectoryName(folder)!);
            }
        }));
        await progress(file);
        return file;
    }

    private SafeFileHandle Open(PartialFile file)
    {
        if (options.KeepFree > 0 && new DriveInfo(options.Folder).AvailableFreeSpace - (file.Length - file.Offset) < options.KeepFree)
        {
            throw new StoreUnavailableException("the disk has no room for this file");
        }

        var path = _layout.Partial(file.Id);
        DiskLayout.Make(Path.GetDirectoryName(path)!);
        var handle = Locked(path);
        try
        {
            var length = RandomAccess.GetLength(handle);
            if (length < file.Offset)
            {
                throw new StoreUnavailableException($"the store does not have the first {file.Offset} bytes: is this the folder of the gateway that took them?");
            }

            if (length > file.Offset)
            {
                RandomAccess.SetLength(handle, file.Offset);
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static SafeFileHandle Locked(string path)
    {
        const int sharingViolation = unchecked((int)0x80070020);
        try
        {
            return DiskLayout.Create(path);
        }
        catch (IOException fault) when (fault.HResult is sharingViolation or 11)
        {
            // EAGAIN: another append holds the lock.
            throw new FileBusyException("another append still writes this file", fault);
        }
    }

    private static void Guarded(Action action) => Guarded(() =>
    {
        action();
        return true;
    });

    private static T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Away(fault);
        }
    }

    private static async Task Guarded(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Away(fault);
        }
    }

    private static StoreUnavailableException Away(Exception fault) => new("the folder of the files cannot be read or written, or its disk is full", fault);
}
