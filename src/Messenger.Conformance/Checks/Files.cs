using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Messenger.Conformance.Phones;
using Messenger.Conformance.Rules;

namespace Messenger.Conformance.Checks;

/// <summary>Uploads, downloads and avatars over HTTP. Statuses are held to their class, where the protocol leaves the number open.</summary>
internal static class FileChecks
{
    /// <summary>With a slash, which a path shows as an underscore.</summary>
    private const string Name = "bmFt/Q==";

    internal static readonly byte[] Content = "the ciphertext of a small file"u8.ToArray();

    public static IReadOnlyList<Check> All { get; } =
    [
        new("A message without files has an empty list and one that is not there is not found", ["FILE-7"], AMessageWithoutFiles),
        new("A small file goes up in one shot and everybody hears of it and can fetch it", ["FILE-1", "FILE-3", "FILE-4", "FILE-5", "FILE-6", "FILE-7"], InOneShot),
        new("A file goes up in parts by tus", ["FILE-2", "FILE-5"], InParts),
        new("Only the author uploads, with a credential, where files were announced", ["FILE-1", "FILE-4"], OnlyTheAuthor),
        new("Avatars are put by those who may and read by members", ["FILE-8"], Avatars),
    ];

    private static async Task AMessageWithoutFiles(Scene scene)
    {
        var (a, b) = await scene.Two();
        var talk = await a.Dialog(b);
        var messageUuid = (await a.Say(talk)).Text("uuid")!;
        foreach (var type in new[] { "RequestGetFiles", "RequestGetFilesFast" })
        {
            Expect.Empty((await b.Ask(type, new { conversationUuid = talk.Uuid, messageUuid })).Done().Items("files"));
            (await b.Ask(type, new { conversationUuid = talk.Uuid, messageUuid = Opaque.Uuid() })).Refused("not_found");
        }
    }

    private static async Task InOneShot(Scene scene)
    {
        var (a, b) = await scene.Two();
        var (talk, message) = await Announced(a, b);
        using var http = await Http(scene, a);
        using var up = await http.PostAsync(OneShot(talk, message), new ByteArrayContent(Content));
        Good(up);

        await FileIsThere(scene, b, talk, message);
    }

    private static async Task InParts(Scene scene)
    {
        const int Half = 10;
        var (a, b) = await scene.Two();
        var (talk, message) = await Announced(a, b);
        using var http = await Http(scene, a);
        var place = await Create(http, talk, message);
        foreach (var (offset, part) in new[] { (0, Content[..Half]), (Half, Content[Half..]) })
        {
            using var patched = await Patch(http, place, offset, part);
            Expect.Equal(HttpStatusCode.NoContent, patched.StatusCode);
            Expect.Equal($"{offset + part.Length}", patched.Headers.GetValues("Upload-Offset").Single());
        }

        await FileIsThere(scene, b, talk, message);
    }

    private static async Task OnlyTheAuthor(Scene scene)
    {
        var (a, b) = await scene.Two();
        var (talk, message) = await Announced(a, b);
        var none = (await a.Say(talk)).Text("uuid")!;
        using var author = await Http(scene, a);
        using var other = await Http(scene, b);
        using var nobody = new HttpClient { BaseAddress = scene.Http };
        Expect.Equal(HttpStatusCode.Unauthorized, await Post(nobody, message));
        Expect.InRange((int)await Post(other, message), 400, 499);
        Expect.InRange((int)await Post(author, none), 400, 499);

        async Task<HttpStatusCode> Post(HttpClient http, string uuid)
        {
            using var answer = await http.PostAsync(OneShot(talk, uuid), new ByteArrayContent(Content));
            return answer.StatusCode;
        }
    }

    private static async Task Avatars(Scene scene)
    {
        var (a, b, stranger) = await scene.Three();
        var talk = await a.Group(b);
        using var admin = await Http(scene, a);
        using var member = await Http(scene, b);
        using var outside = await Http(scene, stranger);
        var path = $"avatar/conversation_{talk.Uuid}";
        using var refused = await member.PutAsync(new Uri(path, UriKind.Relative), new ByteArrayContent(Content));
        Expect.InRange((int)refused.StatusCode, 400, 499);
        using var put = await admin.PutAsync(new Uri(path, UriKind.Relative), new ByteArrayContent(Content));
        Good(put);

        await b.HearEvent(talk, "AvatarChanged");
        await b.Notified("ConversationAvatarChangedNotification", told => told.Payload.Is("conversationUuid", talk.Uuid));
        Expect.True((await b.Conversation(talk)).GetProperty("conversation").Flag("hasAvatar"));
        Expect.Equal(Content, await member.GetByteArrayAsync(new Uri(path, UriKind.Relative)));
        using var hidden = await outside.GetAsync(new Uri(path, UriKind.Relative));
        Expect.InRange((int)hidden.StatusCode, 400, 499);

        var own = $"avatar/user_{a.UserId.Replace('+', '-').Replace('/', '_').TrimEnd('=')}";
        using var mine = await admin.PutAsync(new Uri(own, UriKind.Relative), new ByteArrayContent(Content));
        Good(mine);
        using var foreign = await member.PutAsync(new Uri(own, UriKind.Relative), new ByteArrayContent(Content));
        Expect.InRange((int)foreign.StatusCode, 400, 499);
        Expect.Equal(Content, await outside.GetByteArrayAsync(new Uri(own, UriKind.Relative)));
    }

    private static async Task FileIsThere(Scene scene, Phone reader, Talk talk, string message)
    {
        var told = await reader.Notified("FileReadyNotification", notified => notified.Payload.Is("messageUuid", message));
        Expect.True(told.Payload.Is("conversationUuid", talk.Uuid));
        foreach (var type in new[] { "RequestGetFiles", "RequestGetFilesFast" })
        {
            var file = Expect.Single((await reader.Ask(type, new { conversationUuid = talk.Uuid, messageUuid = message })).Done().Items("files"));
            Expect.Equal(Name, file.Text("fileNameEncrypted"));
            Expect.Equal(Content.Length, file.Number("size"));

            // A signed URL needs no credential.
            using var anybody = new HttpClient();
            Expect.Equal(Content, await anybody.GetByteArrayAsync(new Uri(scene.Http, file.Text("downloadUrl")!)));
        }

        using var http = await Http(scene, reader);
        var path = Download(talk, message);
        using var part = new HttpRequestMessage(HttpMethod.Get, path);
        part.Headers.Range = new RangeHeaderValue(4, 13);
        using var ranged = await http.SendAsync(part);
        Expect.Equal(HttpStatusCode.PartialContent, ranged.StatusCode);
        Expect.Equal(Content[4..14], await ranged.Content.ReadAsByteArrayAsync());
        Expect.True(ranged.Headers.ETag is not null, "a download has an ETag");
        using var head = new HttpRequestMessage(HttpMethod.Head, path);
        using var told2 = await http.SendAsync(head);
        Expect.Equal<long?>(Content.Length, told2.Content.Headers.ContentLength);
        using var nobody = new HttpClient { BaseAddress = scene.Http };
        using var unsigned = await nobody.GetAsync(path);
        Expect.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
    }

    internal static async Task<(Talk Talk, string Message)> Announced(Phone a, Phone b)
    {
        var talk = await a.Dialog(b);
        var stored = (await a.Ask("RequestAddMessage", talk.Draft(hasFiles: true))).Done().GetProperty("message");
        return (talk, stored.Text("uuid")!);
    }

    /// <summary>Begins an upload by tus; gives its address.</summary>
    internal static async Task<Uri> Create(HttpClient http, Talk talk, string message)
    {
        http.DefaultRequestHeaders.Add("Tus-Resumable", "1.0.0");
        using var create = new HttpRequestMessage(HttpMethod.Post, "upload") { Content = new ByteArrayContent([]) };
        create.Headers.Add("Upload-Length", $"{Content.Length}");
        create.Headers.Add("Upload-Metadata", string.Join(',', new[] { ("conversationUuid", talk.Uuid), ("messageUuid", message), ("fileNameEncrypted", Name), ("mimeType", "text/plain") }
            .Select(pair => $"{pair.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Item2))}")));
        using var created = await http.SendAsync(create);
        Expect.Equal(HttpStatusCode.Created, created.StatusCode);
        return new Uri(http.BaseAddress!, created.Headers.Location ?? throw new BrokenRuleException("a created upload has no Location"));
    }

    internal static async Task<HttpResponseMessage> Patch(HttpClient http, Uri place, int offset, byte[] part, string? checksum = null)
    {
        using var patch = new HttpRequestMessage(HttpMethod.Patch, place) { Content = new ByteArrayContent(part) };
        patch.Headers.Add("Upload-Offset", $"{offset}");
        if (checksum is not null)
        {
            patch.Headers.Add("Upload-Checksum", checksum);
        }

        patch.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return await http.SendAsync(patch);
    }

    internal static Uri Download(Talk talk, string message) =>
        new($"download/conversation_{talk.Uuid}/{message}_{Name.Replace('/', '_')}", UriKind.Relative);

    internal static Uri OneShot(Talk talk, string message, string name = Name) =>
        new($"upload/conversation_{talk.Uuid}/{message}?fileNameEncrypted={Uri.EscapeDataString(name)}&mimeType=text%2Fplain", UriKind.Relative);

    /// <summary>With the credential of a phone. A server that knows nothing of uploads serves no files at all.</summary>
    internal static async Task<HttpClient> Http(Scene scene, Phone phone)
    {
        var http = new HttpClient { BaseAddress = scene.Http, Timeout = Patience.Frame };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{phone.UserId}:{phone.Account.Application}")));
        using var options = new HttpRequestMessage(HttpMethod.Options, "upload");
        using var answer = await http.SendAsync(options);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            http.Dispose();
            throw new NotTriedException("this server has no /upload");
        }

        return http;
    }

    internal static void Good(HttpResponseMessage answer) => Expect.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.AbsolutePath} gave {(int)answer.StatusCode}");
}
