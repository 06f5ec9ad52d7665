using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Messenger.Client.Connections;
using Messenger.Client.Crypto;
using Messenger.Protocol;

namespace Messenger.Client.Files;

/// <summary>Files on their way down: the ciphertext first, by ranges, and then what it holds.</summary>
internal sealed class Downloads(MessengerClient client, HttpChannel http)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Connections that bring nothing before it is given up; one that brings something begins the count again.</summary>
    private const int MostEmpty = 5;

    public async Task<IReadOnlyList<SharedFile>> List(Message message, SessionSecret secret, CancellationToken cancellation)
    {
        var answer = await client.Ask<ResponseFiles>(new RequestGetFilesFast(message.ConversationUuid, message.Uuid), cancellation);
        return [.. answer.Files.Select(file => Describe(message, secret, file))];
    }

    public async Task Fetch(Message message, SessionSecret secret, SharedFile file, string path, Action<long> progress, CancellationToken cancellation)
    {
        var (part, opened) = ($"{path}.part", $"{path}.opening");
        await FetchSealed(message, secret, file, part, progress, cancellation);
        try
        {
            await using (var sealedFile = File.OpenRead(part))
            await using (var target = new FileStream(opened, FileMode.Create, FileAccess.Write))
            {
                await secret.OpenFile(message.Uuid, message.SessionKeyUuid, message.UserId, file.SealedName, sealedFile, target, cancellation);
                target.Flush(flushToDisk: true);
            }

            File.Move(opened, path, overwrite: true);
            File.Delete(part);
        }
        catch (CryptographicException)
        {
            // What was fetched is of no use, and a second look would find the same.
            File.Delete(part);
            throw;
        }
        finally
        {
            File.Delete(opened);
        }
    }

    private static SharedFile Describe(Message message, SessionSecret secret, Protocol.FileInfo file)
    {
        var about = new SharedFile(file.FileNameEncrypted, null, null, file.Size, new Uri(file.DownloadUrl, UriKind.RelativeOrAbsolute), file.PreviewFileNameEncrypted);
        try
        {
            var name = secret.OpenFileName(message.Uuid, message.SessionKeyUuid, message.UserId, file.FileNameEncrypted);
            return about with { Name = name.Name, MediaType = name.Type };
        }
        catch (CryptographicException fault)
        {
            return about with { Fault = fault.Message };
        }
    }

    private async Task FetchSealed(Message message, SessionSecret secret, SharedFile file, string part, Action<long> progress, CancellationToken cancellation)
    {
        await using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write);
        if (target.Length > file.SealedBytes)
        {
            target.SetLength(0); // of another file
        }

        target.Position = target.Length;
        var mayAsk = true;
        for (var empty = 0; target.Length < file.SealedBytes;)
        {
            var from = target.Length;
            using var response = await http.Send(
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Get, new Uri(http.Base, file.Url));
                    request.Headers.Range = from > 0 ? new RangeHeaderValue(from, null) : null;
                    return request;
                },
                cancellation,
                isSigned: true);
            if (response.StatusCode == HttpStatusCode.Forbidden && mayAsk)
            {
                // The signature has expired: another one costs nothing (FILE-10).
                mayAsk = false;
                file = (await List(message, secret, cancellation)).FirstOrDefault(one => one.SealedName == file.SealedName)
                    ?? throw new RefusedException(Error.NotFound("the message does not have this file any more"));
                continue;
            }

            if (!response.IsSuccessStatusCode)
            {
                throw await HttpChannel.Refusal(response, cancellation);
            }

            if (response.StatusCode != HttpStatusCode.PartialContent)
            {
                target.SetLength(0); // it gives the whole
            }

            await Append(response, target, file.SealedBytes, progress, cancellation);
            mayAsk = mayAsk || target.Length > from;
            empty = target.Length > from ? 0 : empty + 1;
            if (empty == MostEmpty)
            {
                throw new TimeoutException("the connection is cut before anything of the file comes, again and again");
            }
        }
    }

    /// <summary>Writes what comes until it ends or breaks; what is written stays.</summary>
    private async Task Append(HttpResponseMessage response, FileStream target, long bytes, Action<long> progress, CancellationToken cancellation)
    {
        target.Position = target.Length;
        var buffer = new byte[BufferBytes];
        try
        {
            await using var content = await response.Content.ReadAsStreamAsync(cancellation);
            while (true)
            {
                using var silence = new CancellationTokenSource(client.Options.Timeout, client.Options.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
                var length = await content.ReadAsync(buffer, either.Token);
                if (length == 0)
                {
                    return;
                }

                if (target.Length + length > bytes)
                {
                    throw new ProtocolException("the server gives more of a file than it has");
                }

                await target.WriteAsync(buffer.AsMemory(0, length), cancellation);
                progress(target.Length);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or HttpIOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // Cut: the next request goes on from here.
        }
    }
}
