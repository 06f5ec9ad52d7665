using System.Net;
using System.Net.Http.Headers;
using Messenger.Client.Connections;
using Messenger.Protocol;

namespace Messenger.Client.Files;

/// <summary>Pictures of people and conversations (FILE-8).</summary>
internal sealed class Avatars(HttpChannel http)
{
    public static string OfUser(string user) => $"user_{user.Replace('+', '-').Replace('/', '_').TrimEnd('=')}";

    public static string OfConversation(string uuid) => $"{FilePaths.Conversation}{uuid}";

    public async Task Set(string owner, ReadOnlyMemory<byte>? picture, string mediaType, CancellationToken cancellation)
    {
        if (picture?.Length > Limits.AvatarBytes)
        {
            throw new RefusedException(Error.BadRequest($"a picture takes at most {Limits.AvatarBytes} bytes, and has {picture.Value.Length}"));
        }

        using var response = await http.Send(
            () =>
            {
                var request = new HttpRequestMessage(picture is null ? HttpMethod.Delete : HttpMethod.Put, Url(owner));
                if (picture is { } bytes)
                {
                    request.Content = new ReadOnlyMemoryContent(bytes);
                    request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
                }

                return request;
            },
            cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw await HttpChannel.Refusal(response, cancellation);
        }
    }

    public async Task<byte[]?> Get(string owner, CancellationToken cancellation)
    {
        using var response = await http.Send(() => new HttpRequestMessage(HttpMethod.Get, Url(owner)), cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw await HttpChannel.Refusal(response, cancellation);
        }

        // One byte more than there may be, so that a server cannot fill the memory.
        var picture = new byte[Limits.AvatarBytes + 1];
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await content.ReadAtLeastAsync(picture, picture.Length, throwOnEndOfStream: false, cancellation);
        return length <= Limits.AvatarBytes ? picture[..length] : throw new ProtocolException("the server gives a picture that is larger than one may be");
    }

    private Uri Url(string owner) => new(http.Base, $"avatar/{owner}");
}
