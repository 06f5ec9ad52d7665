using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Messenger.Client.Connections;
using Messenger.Client.Profiles;
using Messenger.Protocol;

namespace Messenger.Client.Files;

/// <summary>One sealed file on its way up by tus 1.0.0: it goes on where an earlier connection or process stopped (FILE-2, FILE-12).</summary>
internal sealed class TusUpload(HttpChannel http, string folder)
{
    /// <summary>Bytes of one PATCH: what is sent again after a cut at most, and the step of the progress.</summary>
    private const int PieceBytes = 1 << 20;

    /// <summary>An upload that the server has forgotten begins anew, and not for ever.</summary>
    private const int MostBeginnings = 5;

    private const string Version = "1.0.0";

    /// <param name="began">Called with the upload's URL before its first byte is sent.</param>
    /// <exception cref="RefusedException">The server takes it no more.</exception>
    public async Task Send(
        PendingFiles message, PendingFile file, string? preview, Func<PendingFile, Task> began, Action<long> progress, CancellationToken cancellation)
    {
        await using var content = File.OpenRead(Path.Combine(folder, file.Spooled));
        for (var beginnings = 0; ;)
        {
            var offset = file.Url is null ? null : await Offset(file.Url, cancellation);
            if (offset is null)
            {
                if (++beginnings > MostBeginnings)
                {
                    throw new RefusedException(Error.NotFound("the server forgets this upload again and again"));
                }

                file = file with { Url = await Create(message, file, preview, cancellation) };
                await began(file);
                offset = 0;
            }

            if (await SendFrom(file, content, offset.Value, progress, cancellation))
            {
                return;
            }
        }
    }

    private async Task<string> Create(PendingFiles message, PendingFile file, string? preview, CancellationToken cancellation)
    {
        List<(string Name, string Value)> metadata =
        [
            ("conversationUuid", message.ConversationUuid), ("messageUuid", message.MessageUuid), ("fileNameEncrypted", file.SealedName),
            ("mimeType", "application/octet-stream"),
        ];
        if (preview is not null)
        {
            metadata.Add(("previewFileNameEncrypted", preview));
        }

        var header = string.Join(',', metadata.Select(one => $"{one.Name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(one.Value))}"));
        using var response = await http.Send(() => Tus(HttpMethod.Post, new Uri(http.Base, "upload"), ("Upload-Length", Text(file.Bytes)), ("Upload-Metadata", header)), cancellation);
        return response.StatusCode == HttpStatusCode.Created && response.Headers.Location is { } location
            ? new Uri(http.Base, location).ToString()
            : throw await HttpChannel.Refusal(response, cancellation);
    }

    /// <returns>Null: it begins anew.</returns>
    private async Task<long?> Offset(string url, CancellationToken cancellation)
    {
        using var response = await http.Send(() => Tus(HttpMethod.Head, new Uri(url)), cancellation);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return null;
        }

        return response.IsSuccessStatusCode ? UploadOffset(response) : throw await HttpChannel.Refusal(response, cancellation);
    }

    /// <returns>False: where to go on is to be asked.</returns>
    private async Task<bool> SendFrom(PendingFile file, FileStream content, long offset, Action<long> progress, CancellationToken cancellation)
    {
        progress(offset);
        var buffer = new byte[PieceBytes];
        while (offset < file.Bytes)
        {
            content.Position = offset;
            var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            var at = offset;
            using var response = await http.Send(
                () =>
                {
                    var request = Tus(HttpMethod.Patch, new Uri(file.Url!), ("Upload-Offset", Text(at)));
                    request.Content = new ByteArrayContent(buffer, 0, length);
                    request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
                    return request;
                },
                cancellation);
            if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                return false;
            }

            if (response.StatusCode != HttpStatusCode.NoContent)
            {
                throw await HttpChannel.Refusal(response, cancellation);
            }

            offset = UploadOffset(response);
            progress(offset);
        }

        return true;
    }

    private static HttpRequestMessage Tus(HttpMethod method, Uri url, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.Add("Tus-Resumable", Version);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private static long UploadOffset(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Upload-Offset", out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw new ProtocolException("the server does not say how far the upload is");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
