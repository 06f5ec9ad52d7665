using System.Security.Cryptography;
using Messenger.Contracts;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Files;

/// <summary>Takes the bytes of uploads: reserves them, writes them to the store piece by piece, and lets only one receiver of an upload go on.</summary>
internal sealed class UploadWriter(
    IFileStore store, IUploads uploads, ActiveUploads activeUploads, IOtherReceivers others, IOptions<FilesOptions> options, TimeProvider timeProvider,
    IHostApplicationLifetime lifetime)
{
    /// <summary>How often a receiver looks whether it was taken over elsewhere, while nothing comes.</summary>
    private static readonly TimeSpan TakeoverCheckInterval = TimeSpan.FromSeconds(2);

    /// <summary>How long a receiver waits for the one before it to let go: longer than that one needs to find out.</summary>
    private static readonly TimeSpan LetGo = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LetGoLook = TimeSpan.FromMilliseconds(100);

    private readonly FilesOptions _options = options.Value;

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private long Expires => timeProvider.GetUtcNow().Add(_options.UploadLifetime).ToUnixTimeMilliseconds();

    /// <summary>Reserves room for a file; throws <see cref="RefusedException"/> where a limit forbids it.</summary>
    public async Task<UploadRow> Reserve(Caller me, string target, long length)
    {
        if (length > _options.MaxBytes)
        {
            throw RefusedException.BadRequest($"a file has at most {_options.MaxBytes} bytes, and this one has {length}", StatusCodes.Status413PayloadTooLarge);
        }

        var upload = new UploadRow(Guid.NewGuid(), me.UserId, target, length, 0, null, 0, Finished: false, Now, Expires);
        var limits = _options.LimitsEnabled ? new UploadLimits(_options.MaxBytesPerDay, _options.MaxUploads) : new UploadLimits(long.MaxValue / 2, int.MaxValue);
        return await uploads.Reserve(upload, limits) switch
        {
            Reservation.Made => upload,
            Reservation.TooManyAtOnce => throw new RefusedException(Error.TooManyRequests(
                $"you have {_options.MaxUploads} unfinished uploads: finish or delete one", (int)_options.UploadLifetime.TotalSeconds)),
            _ => throw new RefusedException(Error.TooManyRequests(
                $"a user uploads at most {_options.MaxBytesPerDay} bytes a day", (int)(TimeSpan.FromDays(1) - timeProvider.GetUtcNow().TimeOfDay).TotalSeconds)),
        };
    }

    /// <summary>Takes an upload over from whoever receives it, here or at another gateway; null when there is none of this user's.</summary>
    /// <param name="keep">
    /// Whoever receives it is asked to record first what came. Without that it is lost, as far as it was not recorded: for who knows what is recorded, and sends the rest.
    /// </param>
    public async Task<UploadRow?> Take(Caller me, Guid id, bool keep)
    {
        if (await uploads.Find(id) is not { } found || found.UserId != me.UserId)
        {
            return null;
        }

        if (keep && !found.Finished && found.Offset < found.Length)
        {
            await Task.WhenAll(activeUploads.Release(id), others.Release(id));
        }

        activeUploads.End(id);
        return await uploads.Take(id);
    }

    /// <summary>Receives a request's body from the offset on. What came is kept and recorded, also where the connection is cut.</summary>
    /// <returns>The upload as it is recorded.</returns>
    public async Task<UploadRow> Receive(UploadRow upload, HttpContext context, Checksum? checksum = null)
    {
        // The file's own length is the limit, and it is checked.
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        if (context.Request.ContentLength > upload.Length - upload.Offset)
        {
            throw RefusedException.BadRequest(
                $"the file has {upload.Length} bytes, of which {upload.Offset} are there: {context.Request.ContentLength} more are too many",
                StatusCodes.Status413PayloadTooLarge);
        }

        using var receiver = activeUploads.Enter(upload.Id);
        using var hash = checksum?.Begin();
        await using var content = new UploadContent(
            context.Request.BodyReader, hash, context.RequestAborted, lifetime.ApplicationStopping, receiver.Released);
        using var watched = new CancellationTokenSource();
        var watch = WatchOver(upload, receiver, watched.Token);
        var recorded = upload;
        try
        {
            // With a checksum nothing counts before everything was seen.
            var file = await Append(upload.File, content, checksum is null ? Record : static _ => Task.CompletedTask, receiver.Ended);
            if (checksum is not null)
            {
                checksum.Verify(hash!);
                await Record(file);
            }

            if (file.Offset == file.Length && context.Request.ContentLength is null && await content.HasMore())
            {
                await uploads.Drop(upload.Id);
                throw RefusedException.BadRequest($"the file was to have {upload.Length} bytes, and more came: it is dropped");
            }

            return recorded;
        }
        catch (Exception fault) when (
            (fault is OperationCanceledException && receiver.Ended.IsCancellationRequested)
            || (fault is ContentBrokenException && receiver.Released.IsCancellationRequested))
        {
            throw new RefusedException(Error.Conflict("another request took this upload over"), StatusCodes.Status423Locked);
        }
        catch (FileBusyException)
        {
            throw new RefusedException(Error.Conflict("another request still writes this upload"), StatusCodes.Status423Locked);
        }
        catch (ContentBrokenException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RefusedException(Error.Unavailable("this gateway stops: go on at another"));
        }
        catch (ContentBrokenException broken)
        {
            throw RefusedException.BadRequest("the body ended before its time: ask with HEAD how much is there, and go on from there", (broken.InnerException as BadHttpRequestException)?.StatusCode);
        }
        finally
        {
            await watched.CancelAsync();
            await watch;
        }

        async Task Record(PartialFile file)
        {
            if (!await uploads.Advance(upload.Id, upload.Generation, file.Offset, file.State, Expires))
            {
                receiver.End();
                receiver.Ended.ThrowIfCancellationRequested();
            }

            FilesMeter.Took(file.Offset - recorded.Offset);
            recorded = recorded with { Offset = file.Offset, State = file.State, Expires = Expires };
        }
    }

    /// <summary>Makes a file that has no bytes.</summary>
    public Task Make(UploadRow upload) => Append(upload.File, Stream.Null, static _ => Task.CompletedTask, CancellationToken.None);

    private async Task<PartialFile> Append(PartialFile file, Stream content, Func<PartialFile, Task> progress, CancellationToken cancellation)
    {
        var since = timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return await store.Append(file, content, progress, cancellation);
            }
            catch (FileBusyException) when (timeProvider.GetElapsedTime(since) < LetGo)
            {
                // Nothing was read of the content yet.
                await Task.Delay(LetGoLook, timeProvider, cancellation);
            }
        }
    }

    /// <summary>Ends the receiver when another gateway took the upload over.</summary>
    private async Task WatchOver(UploadRow upload, ActiveUploads.Receiver receiver, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(TakeoverCheckInterval, timeProvider, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!done.IsCancellationRequested && !await uploads.Holds(upload.Id, upload.Generation))
                {
                    receiver.End();
                    return;
                }
            }
            catch (StoreUnavailableException)
            {
                // What comes meanwhile is not recorded without the store either: look again.
            }
        }
    }
}
